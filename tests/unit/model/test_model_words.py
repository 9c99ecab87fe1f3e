"""The shared words: names as nmap prints them, values that fit their arrays, exit codes, the templates."""

from dataclasses import FrozenInstanceError

import pytest

from tui_scan.model.errors import LocalError, RefusedError, TuiScanError, UsageError
from tui_scan.model.reasons import ICMP_REASONS, Reason
from tui_scan.model.request import Resolve, ScanRequest
from tui_scan.model.states import HostState, PortState
from tui_scan.model.techniques import TECHNIQUES, Protocol, Technique
from tui_scan.model.timing import TEMPLATES
from tui_scan.model.verdict import Verdict


def test_states_are_nmaps() -> None:
    names = ["untried", "open", "closed", "filtered", "unfiltered", "open|filtered", "closed|filtered"]
    assert [state.label for state in PortState] == names
    assert [int(state) for state in PortState] == list(range(7))
    assert [state.label for state in HostState] == ["unknown", "up", "down"]


def test_reasons_are_distinct_and_fit_a_byte() -> None:
    assert len({reason.label for reason in Reason}) == len(Reason)
    assert all(0 <= reason < 256 for reason in Reason)
    assert Reason.SYN_ACK.label == "syn-ack"
    assert Reason.SPLIT_HANDSHAKE_SYN.label == "split-handshake-syn"
    assert Reason.NONE.label == "-"
    assert Reason.NO_RESPONSE not in ICMP_REASONS


def test_every_technique_is_described() -> None:
    assert set(TECHNIQUES) == set(Technique)
    assert all(info.technique is technique for technique, info in TECHNIQUES.items())
    options = [info.option for info in TECHNIQUES.values()]
    assert len(set(options)) == len(options)
    assert {option for option in options if option[:2] != "-s"} == {"-b"}
    assert TECHNIQUES[Technique.SYN].needs_raw and not TECHNIQUES[Technique.CONNECT].needs_raw
    assert (Protocol.TCP.number, Protocol.UDP.number) == (6, 17)


def test_exit_codes() -> None:
    assert [error("x").exit_code for error in (TuiScanError, UsageError, RefusedError, LocalError)] == [1, 2, 3, 1]


def test_the_templates_are_nmaps() -> None:
    """nmap's reference guide, "Timing and Performance"."""
    assert [t.name for t in TEMPLATES] == ["paranoid", "sneaky", "polite", "normal", "aggressive", "insane"]
    assert [t.initial_rtt_timeout for t in TEMPLATES] == [300_000, 15_000, 1000, 1000, 500, 250]
    assert [t.max_rtt_timeout for t in TEMPLATES[2:]] == [10_000, 10_000, 1250, 300]
    assert [t.min_rtt_timeout for t in TEMPLATES[2:]] == [100, 100, 100, 50]
    assert [t.max_retries for t in TEMPLATES] == [10, 10, 10, 10, 6, 2]
    assert [t.scan_delay for t in TEMPLATES] == [300_000, 15_000, 400, 0, 0, 0]
    assert [t.max_parallelism for t in TEMPLATES] == [1, 1, 1, None, None, None]
    assert [t.host_timeout for t in TEMPLATES] == [None, None, None, None, None, 900_000]
    assert all(t.min_rtt_timeout <= t.initial_rtt_timeout <= t.max_rtt_timeout for t in TEMPLATES)


def test_a_request_is_frozen_and_equal_to_its_like() -> None:
    request = ScanRequest(("192.0.2.1",), ports="22")
    assert request == ScanRequest(("192.0.2.1",), ports="22")
    assert hash(request) == hash(ScanRequest(("192.0.2.1",), ports="22"))
    assert (request.resolve, request.timing, request.randomize) == (Resolve.UP, TEMPLATES[3], True)
    with pytest.raises(FrozenInstanceError):
        request.ports = "23"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("state", "tries", "flying"),
    [(PortState.UNTRIED, 0, False), (PortState.UNTRIED, 1, True), (PortState.OPEN, 1, False)],
)
def test_in_flight(state: PortState, tries: int, flying: bool) -> None:
    verdict = Verdict("192.0.2.1", Protocol.TCP, 22, state, Reason.NONE, tries, None, None)
    assert verdict.in_flight is flying
