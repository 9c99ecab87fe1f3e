"""What the kernel tells of its routes, addresses and neighbours; and what it had no room for counts as a change."""

import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.namespaces import Link, inside, link
from tui_scan.engine.transport.route_events import Changes, RouteEvents

MAC = "02:00:00:00:00:77"


@pytest.fixture(scope="module")
def joined(own_namespaces: None) -> Iterator[Link]:
    """A link whose kernel nobody else asks."""
    with link() as made:
        yield made


@pytest.fixture
def events(joined: Link) -> Iterator[RouteEvents]:
    """All that the kernel tells of the scanner's namespace from now on."""
    with inside(joined.scanner), closing(RouteEvents()) as made:
        yield made


@pytest.mark.parametrize(
    "change",
    [
        ("ip", "route", "add", "10.53.1.0/24", "via", "10.99.7.2"),
        ("ip", "-6", "route", "add", "fd53:1::/64", "via", "fd99:7::2"),
        ("ip", "addr", "add", "10.99.7.9/32", "dev", "lo"),
        ("ip", "-6", "addr", "add", "fd99:9::1/128", "dev", "lo"),
        ("ip", "rule", "add", "to", "10.53.2.0/24", "table", "main"),
        ("ip", "-6", "rule", "add", "to", "fd53:2::/64", "table", "main"),
        ("ip", "nexthop", "add", "id", "7", "via", "10.99.7.2", "dev", "vs"),
    ],
    ids=" ".join,
)
def test_a_change_of_the_ways_is_told_once(joined: Link, events: RouteEvents, change: tuple[str, ...]) -> None:
    assert not events.read().ways
    joined.at_scanner(*change)
    assert events.read().ways
    assert not events.read().ways


def test_a_neighbours_link_address_is_told(joined: Link, events: RouteEvents) -> None:
    joined.at_scanner("ip", "neigh", "replace", "10.99.7.8", "lladdr", MAC, "dev", joined.scanner_device)
    with inside(joined.scanner):
        number = socket.if_nametoindex(joined.scanner_device)
    told = {(number, socket.inet_aton("10.99.7.8")): bytes.fromhex(MAC.replace(":", ""))}
    assert events.read() == Changes(told, ways=False)
    joined.at_scanner("ip", "neigh", "del", "10.99.7.8", "dev", joined.scanner_device)
    assert not events.read().ways


def test_where_the_kernel_had_to_drop_some_the_ways_may_have_changed(joined: Link, events: RouteEvents) -> None:
    device = joined.scanner_device
    entry = f"neigh replace 10.99.7.9 lladdr {MAC} dev {device}\nneigh del 10.99.7.9 dev {device}\n"
    joined.at_scanner("ip", "-batch", "-", stdin=2000 * entry)
    first = events.read()
    assert (first.ways, first.lost) == (True, True)
    assert not events.read().ways
