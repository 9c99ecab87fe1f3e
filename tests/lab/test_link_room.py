"""A machine with no room for more link addresses. The table is the whole kernel's, and is only said to be full here."""

from collections.abc import Iterator
from contextlib import nullcontext
from itertools import count

import pytest

from tests.namespaces import Link, inside, link, run
from tests.scans import BRISK, carried_out, scanned, seen, without_raw
from tui_scan.engine.scan import prepare
from tui_scan.engine.transport.rtnetlink import RouteTable
from tui_scan.model.discovery import Aim
from tui_scan.model.reasons import Reason
from tui_scan.model.request import ScanRequest
from tui_scan.model.states import HostState, PortState
from tui_scan.model.techniques import Technique
from tui_scan.scope.plan import plan
from tui_scan.services import names

MUTE = "table inet mute {\n chain in {\n  type filter hook input priority 0\n  meta l4proto { icmp, tcp } drop\n }\n}\n"


@pytest.fixture
def mute(own_namespaces: None) -> Iterator[Link]:
    """A target that tells its link address, and nothing else over IPv4."""
    with link() as made:
        made.at_target("nft", "-f", "-", stdin=MUTE)
        yield made


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel's count of what it had no room for goes up with each look."""
    looks = count(7)
    monkeypatch.setattr(RouteTable, "overflows", lambda table, family: (next(looks), 1024))


@pytest.fixture
def crowded_out(full: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the target is none of those that it has room for."""
    monkeypatch.setattr(RouteTable, "neighbours", lambda table, family: {})


def test_the_kernels_count_is_read(own_namespaces: None) -> None:
    table = RouteTable()
    words = run("ip", "-s", "ntable", "show", "name", "arp_cache").split()
    fulls, most = table.overflows(4)
    table.close()
    assert most == int(words[words.index("thresh3") + 1])
    assert int(words[words.index("table_fulls") + 1]) <= fulls


@pytest.mark.parametrize("raw", [True, False])
def test_whom_there_was_no_room_for_has_no_verdict(mute: Link, crowded_out: None, raw: bool) -> None:
    with inside(mute.scanner), nullcontext() if raw else without_raw():
        scan = scanned([Link.address[4], "127.0.0.1"], "24", Technique.CONNECT)
    assert seen(scan, Technique.CONNECT, 0) == {24: (PortState.UNTRIED, Reason.NONE)}
    assert seen(scan, Technique.CONNECT, 1) == {24: (PortState.CLOSED, Reason.CONN_REFUSED)}
    assert [str(note) for note in scan.notes if "no room" in note]


def test_silence_of_whom_there_was_room_for_is_a_verdict(mute: Link, full: None) -> None:
    with inside(mute.scanner):
        scan = scanned([Link.address[4]], "24", Technique.CONNECT)
    assert seen(scan, Technique.CONNECT) == {24: (PortState.FILTERED, Reason.NO_RESPONSE)}
    assert not scan.notes


def test_a_plain_user_does_not_find_them_down(mute: Link, crowded_out: None) -> None:
    request = ScanRequest((Link.address[4], "127.0.0.1"), aim=Aim.HOSTS, timing=BRISK)
    with inside(mute.scanner), without_raw():
        scan = prepare(plan(request, names=names, broadcasts=()), ())
        worker = carried_out(scan)
    assert worker.error is None
    assert [HostState(int(state)) for state in scan.hosts.state] == [HostState.UNKNOWN, HostState.UP]
    assert [str(note) for note in scan.notes if "no room" in note]
