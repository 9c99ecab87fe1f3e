"""The socket error queue: the ICMP error behind a failed call, readable without any privilege (ip(7))."""

import ipaddress
import socket
import struct
from functools import lru_cache
from typing import NamedTuple

IP_RECVERR = 11
IPV6_RECVERR = 25
MSG_ERRQUEUE = 0x2000
ORIGIN_LOCAL, ORIGIN_ICMP, ORIGIN_ICMP6 = 1, 2, 3
_EXTENDED = struct.Struct("=IBBBxII")
_HEADER = struct.Struct("@Nii")
_KINDS = ((socket.IPPROTO_IP, IP_RECVERR), (socket.IPPROTO_IPV6, IPV6_RECVERR))


class QueuedError(NamedTuple):
    """One entry: the errno, and for an ICMP error its type, code and sender. ``icmp`` is False for local ones."""

    errno: int
    icmp: bool
    type: int
    code: int
    sender: str

    def __str__(self) -> str:
        if not self.icmp:
            return "error of this machine"
        name = "ICMPv6" if ":" in self.sender else "ICMP"
        return f"{name} type {self.type} code {self.code} from {self.sender}"


def enable(sock: socket.socket, family: int) -> None:
    """Have errors queued with their ICMP detail; to be called before ``connect``."""
    if family == 4:
        sock.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)
    else:
        sock.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVERR, 1)


def read(sock: socket.socket) -> QueuedError | None:
    """The oldest queued error, None where there is none."""
    try:
        _, ancillary, _, _ = sock.recvmsg(512, 512, MSG_ERRQUEUE)
    except OSError:
        return None
    for level, kind, data in ancillary:
        if (level, kind) in _KINDS:
            return _entry(data)
    return None


@lru_cache(maxsize=256)
def parse(control: bytes) -> QueuedError | None:
    """The queued error in the control data of one message, as the kernel wrote it (cmsg(3))."""
    if len(control) < _HEADER.size + _EXTENDED.size:
        return None
    size, level, kind = _HEADER.unpack_from(control)
    return _entry(control[_HEADER.size : size]) if (level, kind) in _KINDS else None


def _entry(data: bytes) -> QueuedError:
    """A ``struct sock_extended_err`` with what stands behind it."""
    code_of_error, origin, icmp_type, icmp_code, _, _ = _EXTENDED.unpack_from(data)
    icmp = origin in (ORIGIN_ICMP, ORIGIN_ICMP6)
    return QueuedError(code_of_error, icmp, icmp_type, icmp_code, _sender(data[_EXTENDED.size :]))


def _sender(address: bytes) -> str:
    """The offender of ``struct sock_extended_err`` (a sockaddr behind it); empty where there is none."""
    if len(address) < 8:
        return ""
    family = struct.unpack_from("=H", address)[0]
    if family == socket.AF_INET:
        return str(ipaddress.IPv4Address(address[4:8]))
    if family == socket.AF_INET6 and len(address) >= 24:
        return str(ipaddress.IPv6Address(address[8:24]))
    return ""
