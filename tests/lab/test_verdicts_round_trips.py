"""A silent port is waited for as long as its host took to answer discovery; a host that takes long has the time."""

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace

import pytest

from tests.impaired_wire import Wire
from tests.namespaces import Link, inside, link
from tests.repeated import one_good_run
from tests.scans import carried_out, without_raw
from tui_scan.engine.scan import Scan, default_techniques, prepare
from tui_scan.model.request import ScanRequest
from tui_scan.model.states import PortState
from tui_scan.model.timing import TEMPLATES
from tui_scan.scope.plan import plan
from tui_scan.services import names

MUTE = "table inet mute {\n chain in {\n type filter hook input priority 0\n tcp dport 24 drop\n }\n}\n"
INITIAL = 3000
PATIENT = replace(TEMPLATES[3], initial_rtt_timeout=INITIAL, max_retries=0)


@pytest.fixture(scope="module")
def near(own_namespaces: None) -> Iterator[Link]:
    with link() as made:
        made.at_target("nft", "-f", "-", stdin=MUTE)
        made.at_target("ip", "addr", "add", "10.53.0.9/32", "dev", "lo")
        made.at_scanner("ip", "route", "add", "10.53.0.0/24", "via", Link.address[4])
        yield made


def looked_for_and_scanned(target: str, ports: str, raw: bool) -> Scan:
    request = ScanRequest((target,), ports=ports, timing=PATIENT)
    scan = prepare(plan(request, names=names, broadcasts=()), default_techniques(request, raw))
    worker = carried_out(scan)
    assert worker.error is None
    return scan


@pytest.mark.parametrize("target", [Link.address[4], Link.address[6], "10.53.0.9"])
@pytest.mark.parametrize("raw", [True, False])
@one_good_run
def test_a_silent_port_is_not_waited_for_longer_than_the_host_takes(near: Link, target: str, raw: bool) -> None:
    with inside(near.scanner), nullcontext() if raw else without_raw():
        scan = looked_for_and_scanned(target, "24", raw)
    assert scan.ledger.state.tolist() == [PortState.FILTERED]
    assert scan.progress().elapsed < INITIAL / 1000


def test_a_host_that_is_slow_to_answer_has_the_time_it_takes(own_namespaces: None, seed: int) -> None:
    with link(Wire(seed, delay=0.15)) as made, inside(made.scanner):
        for raw in (True, False):
            with nullcontext() if raw else without_raw():
                scan = looked_for_and_scanned(Link.address[4], "1-5", raw)
            assert scan.ledger.state.tolist() == [PortState.CLOSED] * 5, f"seed {seed}, raw {raw}"
