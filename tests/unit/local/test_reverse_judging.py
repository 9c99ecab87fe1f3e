"""What the facts of a vantage host mean: the engine's verdicts, and none where the host itself failed."""

import errno
from dataclasses import replace

import pytest

from tui_scan.engine.transport.errqueue import QueuedError
from tui_scan.local.reverse_judging import Fact, judge, queued_error
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Protocol

HERE, THERE, ROUTER = "192.0.2.1", "192.0.2.2", "192.0.2.254"
TCP = Fact(Protocol.TCP, HERE, 22, 0, None, THERE, itself=False, at=0.0, tries=1, paced=False)
UDP = replace(TCP, protocol=Protocol.UDP)


def icmp(kind: int, code: int, sender: str = HERE) -> QueuedError:
    return QueuedError(0, True, kind, code, sender)


@pytest.mark.parametrize(
    ("fact", "state", "reason"),
    [
        (TCP, PortState.OPEN, Reason.SYN_ACK),
        (replace(TCP, code=errno.ECONNRESET), PortState.OPEN, Reason.SYN_ACK),
        (replace(TCP, code=errno.ECONNREFUSED), PortState.CLOSED, Reason.CONN_REFUSED),
        (replace(TCP, code=errno.ECONNREFUSED, queued=icmp(3, 3)), PortState.FILTERED, Reason.PORT_UNREACH),
        (replace(TCP, code=errno.EHOSTUNREACH, queued=icmp(3, 13)), PortState.FILTERED, Reason.ADMIN_PROHIBITED),
        (replace(TCP, code=errno.EHOSTUNREACH, queued=icmp(3, 1, ROUTER)), PortState.FILTERED, Reason.HOST_UNREACH),
        (replace(TCP, code=errno.ETIMEDOUT), PortState.FILTERED, Reason.NO_RESPONSE),
        (UDP, PortState.OPEN, Reason.UDP_RESPONSE),
        (replace(UDP, code=errno.ECONNREFUSED, queued=icmp(3, 3)), PortState.CLOSED, Reason.PORT_UNREACH),
        (replace(UDP, code=errno.ECONNREFUSED, queued=icmp(3, 3, ROUTER)), PortState.FILTERED, Reason.PORT_UNREACH),
        (replace(UDP, code=errno.ETIMEDOUT), PortState.OPEN_FILTERED, Reason.NO_RESPONSE),
    ],
)
def test_a_fact_has_the_engines_verdict(fact: Fact, state: PortState, reason: Reason) -> None:
    assert judge(fact, limited=False) == (state, reason, "")


@pytest.mark.parametrize(
    "fact",
    [
        replace(TCP, itself=True),
        replace(TCP, code=errno.ENETUNREACH),
        replace(TCP, code=errno.EPERM),
        replace(TCP, code=errno.EADDRNOTAVAIL),
        replace(TCP, code=errno.EHOSTUNREACH, queued=icmp(3, 1, THERE)),
        replace(TCP, code=errno.EHOSTUNREACH, queued=QueuedError(0, False, 0, 0, "")),
    ],
)
def test_a_failure_of_the_host_itself_is_never_a_ports_state(fact: Fact) -> None:
    state, reason, why = judge(fact, limited=False)
    assert (state, reason) == (PortState.UNTRIED, Reason.NONE)
    assert why.startswith("The vantage host could not ask: ")


def test_a_host_that_is_this_machine_may_refuse_itself() -> None:
    fact = replace(UDP, source=HERE, code=errno.ECONNREFUSED, queued=icmp(3, 3))
    assert judge(fact, limited=False)[0] is PortState.CLOSED


def test_silence_is_only_a_guess_where_refusals_are_limited_and_it_was_not_asked_slowly() -> None:
    silent = replace(UDP, code=errno.ETIMEDOUT)
    assert judge(silent, limited=True)[1] is Reason.LIMITED
    assert judge(replace(silent, paced=True), limited=True)[1] is Reason.NO_RESPONSE
    assert judge(replace(silent, protocol=Protocol.TCP), limited=True)[1] is Reason.NO_RESPONSE


@pytest.mark.parametrize("told", [[2, 3], "text", [2, 3, 3, 4], {"type": 3}])
def test_what_is_no_queued_error_is_refused(told: object) -> None:
    with pytest.raises(ValueError, match="no entry"):
        queued_error(told)
