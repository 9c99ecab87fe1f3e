"""Names to addresses, through the system's resolver."""

import socket
from collections.abc import Callable

from tui_scan.model.errors import UsageError
from tui_scan.scope.ranges import AddressRange, address_value

Resolver = Callable[[str, int], tuple[str, ...]]
"""(name, family 4 or 6) to its addresses in the resolver's order; raises ``socket.gaierror``."""

_FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}
_NO_SUCH_NAME = frozenset(
    getattr(socket, name) for name in ("EAI_NONAME", "EAI_NODATA", "EAI_ADDRFAMILY") if hasattr(socket, name)
)


def system_resolver(name: str, family: int) -> tuple[str, ...]:
    """The addresses of ``name`` by getaddrinfo(3), each once; a zone stands after ``%``."""
    found = socket.getaddrinfo(name, None, _FAMILIES[family], socket.SOCK_STREAM)
    return tuple(dict.fromkeys(_with_zone(entry[4]) for entry in found))


def resolve(name: str, family: int, resolver: Resolver) -> tuple[AddressRange, ...]:
    """The addresses of ``name``, each a range of one; empty where it has none of that family.

    UsageError where the resolver could not answer at all, which is not the same as "no such name".
    """
    try:
        texts = resolver(name, family)
    except socket.gaierror as error:
        if error.errno in _NO_SUCH_NAME:
            return ()
        raise UsageError(
            "“{name}” could not be resolved: {strerror}. Check the name server, or write the address.",
            name=name,
            strerror=(error.strerror or str(error)).lower(),
        ) from error
    except UnicodeError as error:
        raise UsageError(
            "“{name}” is not a host name: {error}. Write a name or an address.", name=name, error=error
        ) from error
    return tuple(_single(text, family) for text in texts)


def _with_zone(sockaddr: tuple[str | int, ...] | tuple[int, bytes]) -> str:
    address = str(sockaddr[0])
    if len(sockaddr) == 4 and sockaddr[3] and "%" not in address:
        return f"{address}%{socket.if_indextoname(int(sockaddr[3]))}"
    return address


def _single(text: str, family: int) -> AddressRange:
    address, _, zone = text.partition("%")
    value = address_value(address, family)
    return AddressRange(value, value, zone or None)
