"""A probe of step mode is held until it is let go, is what was shown of it, and is the only one."""

import socket
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tui_scan.engine.progress import Phase
from tui_scan.engine.stepping import StepWorker, able, step_ports, step_request, step_scan
from tui_scan.model.errors import UsageError
from tui_scan.model.packets import Event, Origin, Packet
from tui_scan.model.request import ScanRequest
from tui_scan.model.states import PortState
from tui_scan.model.techniques import TECHNIQUES, Technique
from tui_scan.model.third_party import ThirdParties
from tui_scan.model.timing import TEMPLATES
from tui_scan.privilege.capabilities import can_raw
from tui_scan.privilege.sockets import OwnSockets
from tui_scan.ui.session import propose

HOST = "127.0.0.12"
QUICK = replace(TEMPLATES[3], initial_rtt_timeout=100)


@pytest.fixture
def port() -> Iterator[int]:
    """A port of HOST on which something listens."""
    with socket.socket() as sock:
        sock.bind((HOST, 0))
        sock.listen()
        yield sock.getsockname()[1]


def prepared(port: int, technique: Technique) -> StepWorker:
    """A worker that holds its probe."""
    request = step_request(ScanRequest(timing=QUICK), HOST, str(port), technique)
    worker = StepWorker(step_scan(propose(request, can_raw()).plan, technique, port), OwnSockets())
    worker.start()
    end = time.monotonic() + 60
    while not worker.holding:
        assert time.monotonic() < end and not worker.phase.ended, worker.error
        time.sleep(0.002)
    return worker


@pytest.mark.parametrize("technique", [Technique.SYN, Technique.NULL, Technique.UDP, Technique.CONNECT])
def test_what_is_held_is_what_leaves_and_it_leaves_once(port: int, technique: Technique) -> None:
    if not can_raw() and technique is not Technique.CONNECT:
        pytest.skip("packets are written with raw sockets")
    worker = prepared(port, technique)
    told = worker.upcoming()
    time.sleep(0.1)
    assert worker.scan.tally.sent == 0 and worker.scan.exchange(0, 0) == []
    worker.send()
    assert worker.join(60) and worker.phase is Phase.FINISHED
    sent = [item for item in worker.scan.exchange(0, 0) if item.origin is Origin.SCANNER]
    assert worker.scan.tally.sent == 1 and len(sent) == len(told)
    for before, after in zip(told, sent, strict=True):
        if isinstance(before, Packet) and isinstance(after, Packet):
            assert before.data == after.data
        else:
            assert isinstance(before, Event) and isinstance(after, Event) and before.call == after.call


def test_a_held_probe_waits_as_long_as_the_person_does(port: int) -> None:
    """Longer than any time-out of the scan; what is open stays open."""
    worker = prepared(port, Technique.SYN if can_raw() else Technique.CONNECT)
    time.sleep(0.6)
    assert worker.holding
    worker.send()
    assert worker.join(60)
    verdict = worker.scan.verdict(0, 0)
    assert verdict.state is PortState.OPEN and verdict.tries == 1
    assert verdict.rtt_us is not None and verdict.rtt_us < 500_000, "the time that it was held is no round trip"


def test_a_probe_that_is_kept_back_never_leaves(port: int) -> None:
    worker = prepared(port, Technique.CONNECT)
    worker.stop()
    assert worker.join(60) and worker.phase is Phase.STOPPED
    worker.send()
    assert not worker.released and worker.scan.tally.sent == 0
    assert worker.scan.verdict(0, 0).state is PortState.UNTRIED


def test_of_a_request_what_speaks_of_many_hosts_and_tries_is_left_out() -> None:
    asked = ScanRequest(("10.0.0.0/8",), ports="1-", top_ports=5, scan_flags=0x29, shard=(1, 2), trace=True)
    request = step_request(asked, HOST, "22", Technique.CONNECT)
    assert request == ScanRequest(
        (HOST,), ports="22", techniques=(Technique.CONNECT,), timing=request.timing, discovery=request.discovery,
        resolve=request.resolve,
    )  # fmt: skip
    assert request.timing.max_retries == 0 and request.discovery.skip
    assert step_request(asked, HOST, "22", Technique.SYN).scan_flags == 0x29


def test_several_hosts_or_too_many_ports_are_a_sentence() -> None:
    for target, ports, words in (("127.0.0.8/30", "22", "one host"), (HOST, "1-2000", "too many")):
        request = step_request(ScanRequest(), target, ports, Technique.CONNECT)
        with pytest.raises(UsageError, match=words):
            step_ports(propose(request, False).plan, Technique.CONNECT)


def test_which_techniques_can_be_stepped() -> None:
    assert able(ScanRequest(), False) == (Technique.CONNECT, Technique.UDP)
    assert set(TECHNIQUES) - set(able(ScanRequest(), True)) == {Technique.IDLE, Technique.BOUNCE}
    third = ThirdParties(zombie="10.77.0.7", relay="10.77.0.8")
    assert set(able(ScanRequest(third=third), True)) == set(TECHNIQUES)
    assert Technique.BOUNCE in able(ScanRequest(third=third), False)
