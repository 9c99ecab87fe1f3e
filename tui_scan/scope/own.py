"""What is a person's own: the practice network, loopback, and the networks of their scope file."""

import fcntl
import ipaddress
import os
import socket
import struct
import sys
from typing import TYPE_CHECKING

from tui_scan.model.errors import UsageError
from tui_scan.scope.ranges import BITS, AddressRange

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LAB_INTERFACE = "lab0"
"""The scanner's only link in the practice network."""
_LOOPBACK = {4: ipaddress.ip_network("127.0.0.0/8"), 6: ipaddress.ip_network("::1/128")}
_GET_FLAGS, _GET_ADDRESS, _GET_MASK = 0x8913, 0x8915, 0x891B
_UP = 1

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def scope_file(path: str | None = None) -> "Path":
    """The file given by --scope, or ``tui_scan/scope.toml`` in the person's configuration (XDG)."""
    from pathlib import Path

    if path is not None:
        return Path(path)
    base = os.environ.get("XDG_CONFIG_HOME", "")
    return (Path(base) if base.startswith("/") else Path.home() / ".config") / "tui_scan" / "scope.toml"


def own_networks(path: str | None = None) -> tuple[Network, ...]:
    """The networks of the scope file (``own = ["10.0.0.0/24"]``); none where the usual file is not there.

    UsageError where the file cannot be read or says something else.
    """
    import tomllib

    file = scope_file(path)
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if path is None:
            return ()
        raise UsageError(
            'There is no scope file {file}. Write one that says: own = ["10.0.0.0/24"]', file=file
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError("The scope file {file} cannot be read: {error}.", file=file, error=error) from error
    listed = content.pop("own", None)
    if content or not isinstance(listed, list):
        raise UsageError(
            'The scope file {file} must hold one list of networks, such as: own = ["10.0.0.0/24"]', file=file
        )
    try:
        return tuple(ipaddress.ip_network(network) for network in listed)
    except (ValueError, TypeError) as error:
        raise UsageError(
            'The scope file {file}: {error}. Write networks such as "10.0.0.0/24".', file=file, error=error
        ) from error


def in_lab() -> bool:
    """Whether this network namespace is the practice network's: no interface but its own and loopback is up."""
    names = [name for _, name in socket.if_nameindex()]
    return LAB_INTERFACE in names and {name for name in names if _is_up(name)} <= {"lo", LAB_INTERFACE}


def lab_networks() -> tuple[Network, ...]:
    """The networks that the practice network's link leads to, of both families; none outside."""
    return (*_routed("route", _route_4), *_routed("ipv6_route", _route_6)) if in_lab() else ()


def lab_network() -> ipaddress.IPv4Network | None:
    """The IPv4 network of the practice network's link; None outside."""
    if not in_lab():
        return None
    try:
        address, mask = (_asked(LAB_INTERFACE, request)[20:24] for request in (_GET_ADDRESS, _GET_MASK))
    except OSError:
        return None
    return ipaddress.ip_network(f"{socket.inet_ntoa(address)}/{socket.inet_ntoa(mask)}", strict=False)  # type: ignore[return-value]


def is_own(item: AddressRange, family: int, networks: tuple[Network, ...]) -> bool:
    """Whether a whole range lies on loopback or in one of the networks."""
    known = [network for network in (_LOOPBACK[family], *networks) if network.version == family]
    return any(
        int(network.network_address) <= item.first and item.last <= int(network.broadcast_address) < 1 << BITS[family]
        for network in known
    )


def _routed(table: str, read: "Callable[[list[str]], Network]") -> "Iterator[Network]":
    """The networks of a table of routes (/proc/net of this thread) that are reached by the lab's link."""
    from pathlib import Path

    try:
        lines = Path("/proc/thread-self/net", table).read_text("ascii").splitlines()
    except OSError:
        return
    for row in map(str.split, lines):
        if LAB_INTERFACE in row and (network := read(row)).prefixlen and not network.is_multicast:
            yield network


def _route_4(row: list[str]) -> Network:
    """Destination and mask in hex, in the host's byte order (Linux, fib_trie.c)."""
    address, mask = (int.from_bytes(bytes.fromhex(row[at]), sys.byteorder) for at in (1, 7))
    return ipaddress.ip_network((address, mask.bit_count()), strict=False)


def _route_6(row: list[str]) -> Network:
    """Destination and length of the prefix in hex (Linux, net/ipv6/route.c)."""
    return ipaddress.ip_network((bytes.fromhex(row[0]), int(row[1], 16)), strict=False)


def _is_up(name: str) -> bool:
    try:
        return bool(struct.unpack_from("=H", _asked(name, _GET_FLAGS), 16)[0] & _UP)
    except OSError:
        return False


def _asked(name: str, request: int) -> bytes:
    """A struct ifreq as netdevice(7) fills it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        return fcntl.ioctl(sock, request, name.encode().ljust(40, b"\0"))
