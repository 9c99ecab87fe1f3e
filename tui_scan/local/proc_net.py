"""Reads ``/proc/net/{tcp,tcp6,udp,udp6,raw,raw6,icmp,icmp6}``: the whole text at once, a line a socket.

Format: Linux, ``Documentation/networking/proc_net_tcp.rst``. Ports are hex in the usual order; each 32-bit
word of an address is hex in the byte order of the host that wrote it.
"""

import os
import socket
import sys
from functools import lru_cache
from pathlib import Path
from typing import Literal

from tui_scan.local.records import PROTOCOLS, Clock, LocalSocket
from tui_scan.local.states import STATES_BY_NUMBER, UNOWNED_NOTES
from tui_scan.local.users import known_uid, user_name

ByteOrder = Literal["little", "big"]

PROC_NET = "/proc/thread-self/net"
"""The calling thread's own network namespace (``/proc/net`` shows that of the main thread)."""

TICKS = os.sysconf("SC_CLK_TCK")
"""The unit in which the kernel writes times into these tables, a second's part (USER_HZ)."""

_STATES = {f"{number:02X}": state for number, state in STATES_BY_NUMBER.items()}


def decode_address(text: str, byteorder: ByteOrder = sys.byteorder) -> str:
    """Turn 8 or 32 hex digits of ``/proc/net`` into an address, ``0100007F`` (little) into ``127.0.0.1``.

    Raises ValueError where the text is anything else.
    """
    if len(text) not in (8, 32):
        raise ValueError(f"an address in /proc/net has 8 or 32 hex digits, not {len(text)}: {text!r}")
    raw = bytes.fromhex(text)
    if byteorder == "little":
        raw = b"".join(raw[at : at + 4][::-1] for at in range(0, len(raw), 4))
    return socket.inet_ntop(socket.AF_INET if len(raw) == 4 else socket.AF_INET6, raw)


_decode = lru_cache(maxsize=1 << 16)(decode_address)


def parse_table(text: str, protocol: str, byteorder: ByteOrder = sys.byteorder) -> list[LocalSocket]:
    """Parse one table, heading included. Lines that are cut short or not the kernel's are left out."""
    sockets: list[LocalSocket] = []
    for line in text.splitlines()[1:]:
        try:
            sockets.append(_parse_line(line, protocol, byteorder))
        except (ValueError, KeyError):
            continue
    return sockets


def _parse_line(line: str, protocol: str, byteorder: ByteOrder) -> LocalSocket:
    _, local, remote, number, queues, clock, again, user_id, probes, inode_text, _ = line.split(None, 10)
    local_address, _, local_port = local.partition(":")
    remote_address, _, remote_port = remote.partition(":")
    send_q, _, recv_q = queues.partition(":")
    inode, state = int(inode_text), _STATES[number]
    timer, _, expires = clock.partition(":")
    uid = known_uid(int(user_id), inode)
    return LocalSocket(
        protocol,
        _decode(local_address, byteorder),
        int(local_port, 16),
        _decode(remote_address, byteorder),
        int(remote_port, 16),
        state,
        int(recv_q, 16),
        int(send_q, 16),
        uid,
        user_name(uid),
        inode,
        UNOWNED_NOTES.get(state, "") if not inode and protocol.startswith("tcp") else "",
        clock=Clock(int(timer, 16), int(expires, 16) * 1000 // TICKS, int(again, 16) or int(probes)),
    )


def read_table(protocol: str, directory: str | Path = PROC_NET) -> list[LocalSocket]:
    """Read one table of a namespace, such as ``/proc/4711/net``; empty where the kernel has no such protocol.

    Raises OSError other than FileNotFoundError of the table itself (a process that is gone raises).
    """
    try:
        text = (Path(directory) / protocol).read_text("ascii")
    except FileNotFoundError:
        if not Path(directory).is_dir():
            raise
        return []
    return parse_table(text, protocol)


def read_proc_net(directory: str | Path = PROC_NET) -> list[LocalSocket]:
    """Read all four tables, in netstat's order."""
    return [found for protocol in PROTOCOLS for found in read_table(protocol, directory)]
