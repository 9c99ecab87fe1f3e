"""What the readers of pasted output share: the outcome of a line, addresses and ports as they were printed."""

import ipaddress
import socket
from collections.abc import Callable
from enum import Enum
from typing import NamedTuple, TypedDict, Unpack

from tui_scan.local.records import LocalSocket
from tui_scan.local.states import SocketState


class Passed(Enum):
    """A line that was understood and holds no listener."""

    HEADING = "a heading"
    OTHER = "a socket that is neither TCP nor UDP, or a connection that does not tell its address"


class Connected(NamedTuple):
    """A connection, which is no listener, and the address of the host's own end."""

    address: str


Outcome = LocalSocket | Connected | Passed | None
Reader = Callable[[str], Outcome]
"""Reads a line: a listener, a connection, ``Passed``, or None where the line is of another form. Raises Unreadable."""

_WILDCARDS = {4: "0.0.0.0", 6: "::"}
_NAMES = {"localhost": {4: "127.0.0.1", 6: "::1"}, "ip6-localhost": {6: "::1"}, "ip6-loopback": {6: "::1"}}


class Known(TypedDict, total=False):
    """What a line may tell of a listener beside its place, under LocalSocket's names."""

    recv_q: int
    send_q: int
    uid: int | None
    user: str
    inode: int
    backlog: int | None
    v6only: bool | None
    pid: int | None
    program: str | None
    device: str


class Unreadable(ValueError):
    """A line of a known form that cannot be read; the sentence says why."""


def address_of(text: str, family: int | None = None) -> str:
    """An address as programs print it: in brackets or not, with a zone or not, ``*`` for any, ``localhost``.

    ``family`` (4 or 6) tells what a wildcard or a name stands for. The zone is left out.
    """
    bare = text.strip("[]").partition("%")[0].rstrip("]")
    if bare in ("*", "") or bare in _NAMES:
        known = _WILDCARDS if bare in ("*", "") else _NAMES[bare]
        if family in known:
            return known[family]
    try:
        return socket_text(bare)
    except ValueError:
        raise Unreadable(f"{text!r} is no IP address. The option -n writes addresses instead of names.") from None


def connection(text: str) -> Connected | Passed:
    """The connection whose own end is printed so; ``Passed.OTHER`` where that is no address."""
    try:
        return Connected(address_of(text))
    except Unreadable:
        return Passed.OTHER


def socket_text(text: str) -> str:
    """An address as the local view writes it (``::ffff:192.0.2.1`` for mapped ones); raises ValueError."""
    address = ipaddress.ip_address(text)
    domain = socket.AF_INET if address.version == 4 else socket.AF_INET6
    return socket.inet_ntop(domain, address.packed)


def port_of(text: str, protocol: str) -> int:
    """A port number, or the one of a service's name; ``protocol`` is tcp or udp."""
    if text.isascii() and text.isdigit() and int(text) <= 65535:
        return int(text)
    try:
        return socket.getservbyname(text, protocol)
    except OSError:
        raise Unreadable(f"{text!r} is no port, nor a service known here. The option -n writes numbers.") from None


def listening_socket(protocol: str, address: str, port: int, **known: Unpack[Known]) -> LocalSocket:
    """A listener of which only some things are known; ``protocol`` is tcp or udp, the family is the address's."""
    six = ":" in address
    bare = LocalSocket(
        protocol + ("6" if six else ""),
        address,
        port,
        _WILDCARDS[6 if six else 4],
        0,
        SocketState.LISTEN if protocol == "tcp" else SocketState.CLOSE,
        recv_q=0,
        send_q=0,
        uid=None,
        user="",
        inode=0,
    )
    return bare._replace(**known)
