"""TCP connects: the kernel makes the handshake; what it agreed on is read from TCP_INFO."""

import errno
import select
import socket
import struct

from tui_scan.engine.transport.attempts import Address, Attempt, Probe, SocketProbes

_LINGER_RESET = struct.pack("ii", 1, 0)
_TCP_INFO_OPTIONS = ((1, "timestamps"), (2, "sack"), (4, "wscale"), (8, "ecn"))
_RTT_AT, _MSS_AT = 68, 16


class Connecting(SocketProbes):
    """Connects in flight; a connection that was made is reset at once, so that no state is left behind."""

    kind = socket.SOCK_STREAM
    events = select.EPOLLOUT | select.EPOLLERR

    def _start(self, attempt: Attempt, target: Address) -> int:
        attempt.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_RESET)
        return attempt.socket.connect_ex(target)

    def _succeeded(self, attempt: Attempt) -> None:
        take_success(attempt.socket, attempt)


def take_success(sock: socket.socket, probe: Probe) -> None:
    """Take what a connection that was made tells: is it with itself, and what did the handshake agree on?"""
    try:
        probe.self_connect = sock.getsockname()[:2] == sock.getpeername()[:2]
    except OSError as error:
        probe.errno = error.errno or errno.ENOTCONN
        return
    probe.detail = _handshake(sock)


def _handshake(sock: socket.socket) -> str:
    """What TCP_INFO tells of a fresh handshake: options that both sides agreed on, MSS, the kernel's own RTT."""
    info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
    options, scales = info[5], info[6]
    words = [f"mss={struct.unpack_from('=I', info, _MSS_AT)[0]}"]
    for bit, name in _TCP_INFO_OPTIONS:
        if options & bit:
            words.append(f"{name}={scales & 15}" if name == "wscale" else name)
    words.append(f"rtt={struct.unpack_from('=I', info, _RTT_AT)[0] / 1000:.3f}ms")
    return "TCP_INFO " + " ".join(words)
