"""Silent hosts that a router may have passed over: told where there are many, far away, asked quickly."""

import pytest

from tui_scan.engine.discovery.crowd import CROWD
from tui_scan.engine.passed_over import note_passed_over
from tui_scan.engine.scan import Scan, prepare
from tui_scan.engine.transport.rtnetlink import Route
from tui_scan.model.discovery import NO_DISCOVERY
from tui_scan.model.reasons import Reason
from tui_scan.model.request import ScanRequest
from tui_scan.model.states import HostState
from tui_scan.model.techniques import Technique
from tui_scan.scope.plan import plan
from tui_scan.services import names

GATEWAY = bytes((198, 18, 0, 1))


def silent_scan(hosts: int, far: bool, seconds: float) -> Scan:
    request = ScanRequest((f"10.0.0.0/{32 - (hosts - 1).bit_length()}",), ports="80", discovery=NO_DISCOVERY)
    scan = prepare(plan(request, names=names, broadcasts=()), (Technique.SYN,))
    for host in range(scan.hosts.count):
        hop = GATEWAY if far else scan.hosts.wire[host].tobytes()
        scan.hosts.routes[host] = Route(2, hop, None, False)
    times = iter((0.0, seconds))
    scan.tally._clock = lambda: next(times)
    scan.tally.start()
    scan.tally.end()
    return scan


@pytest.mark.parametrize(
    ("hosts", "far", "seconds", "is_told"),
    [
        (2048, True, 1.0, True),
        (2048, False, 1.0, False),
        (CROWD, True, 1.0, False),
        (2048, True, 24.0, False),
    ],
)
def test_many_silent_hosts_behind_a_router_are_told(hosts: int, far: bool, seconds: float, is_told: bool) -> None:
    scan = silent_scan(hosts, far, seconds)
    note_passed_over(scan)
    assert any("2,048 hosts behind a router gave no answer" in note for note in scan.notes) == is_told


def test_hosts_that_answered_are_not_counted() -> None:
    scan = silent_scan(2048, True, 1.0)
    for host in range(CROWD, 2048):
        scan.hosts.mark(host, HostState.UP, Reason.RESET)
    note_passed_over(scan)
    assert not scan.notes
