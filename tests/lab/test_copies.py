"""The filter that leaves out copies, on machines with many interfaces: the kernel takes it, and it lets others in."""

import random
import select
import socket
from contextlib import closing

import pytest

from tests.namespaces import Link, inside, link
from tui_scan.engine.transport import copies
from tui_scan.engine.transport.bpf import attach, scan_filter
from tui_scan.engine.transport.ring import bind_everywhere
from tui_scan.privilege.sockets import OwnSockets

PORT = 61_500
OLD_ROOM = 20_480
"""Bytes that a kernel before 6.8 has for a socket's filter (optmem_max), which the compiled form has to fit in."""
COMPILED = 2
"""Instructions, of eight bytes too, that a classic one becomes here at most: a return moves its value first."""


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize(("count", "is_port", "heard"), [(3, False, True), (1000, False, True), (3, True, False)])
def test_many_interfaces(
    own_namespaces: None,
    chance: random.Random,
    family: int,
    count: int,
    is_port: bool,
    heard: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where the list says of the one interface that it is a port, what comes by it is not heard."""
    with link() as made, inside(made.scanner):
        own = socket.if_nametoindex(made.scanner_device)
        others = chance.sample(range(1000, 9000), count)
        ports = [*others, own] if is_port else others
        monkeypatch.setattr(copies, "_lower", lambda ways: (ports[: copies._MOST_PORTS], others[: copies._MOST_BELOW]))
        code = copies.once({own}) + scan_filter(family, PORT, PORT)
        assert COMPILED * len(code) < OLD_ROOM
        with closing(OwnSockets().packet_cooked()) as sock:
            attach(sock, code)
            bind_everywhere(sock)
            with (
                inside(made.target),
                socket.socket(socket.AF_INET if family == 4 else socket.AF_INET6, socket.SOCK_DGRAM) as out,
            ):
                out.sendto(b"here", (Link.own[family], PORT))
            came = bool(select.select([sock], [], [], 5 if heard else 0.5)[0])
    assert came is heard
