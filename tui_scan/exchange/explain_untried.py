"""Why a port has no verdict: nothing was sent yet, or no answer came before the scan or its host was given up."""

from enum import Enum
from typing import NamedTuple

from tui_scan.engine.scan import Scan
from tui_scan.exchange.steps import Explanation
from tui_scan.language import translate
from tui_scan.model.states import HostState


class Untried(Enum):
    """Why there is no verdict."""

    WAITING = "the scan runs"
    ENDED = "the scan has ended"
    HOST_DOWN = "the host was taken for down"
    HOST_TIMEOUT = "the host was given up"


class Case(NamedTuple):
    """What that means, and where it stands."""

    meaning: str
    source: str


UNSENT = {
    Untried.WAITING: Case("The scan has not come to it.", "nmap(1), Port Scanning Basics"),
    Untried.ENDED: Case("The scan ended before its turn.", "nmap(1), Port Scanning Basics"),
    Untried.HOST_DOWN: Case(
        "The host is taken for down, since nothing answered the discovery. With -Pn its ports are probed all the same.",
        "nmap(1), Host Discovery",
    ),
    Untried.HOST_TIMEOUT: Case(
        "The host was given up after the time that --host-timeout allows.", "nmap(1), Timing and Performance"
    ),
}
"""Where no probe was sent."""

SENT = {
    Untried.WAITING: Case(
        "How long an answer may take is reckoned from the round trips of the answers before it.", "RFC 6298 §2"
    ),
    Untried.ENDED: Case("The scan ended before the time-out, so silence means nothing yet.", "RFC 6298 §2"),
    Untried.HOST_DOWN: Case("The host is taken for down: nothing answers for its address.", "nmap(1), Host Discovery"),
    Untried.HOST_TIMEOUT: UNSENT[Untried.HOST_TIMEOUT],
}
"""Where a probe was sent, and no answer came."""

UNPROVEN = "It does not prove anything: untried is no state of a port."


def why_untried(scan: Scan, host: int) -> Untried:
    """Why ports of this host have no verdict where they have none."""
    limit = scan.request.timing.host_timeout
    if scan.hosts.state[host] == HostState.DOWN:
        return Untried.HOST_DOWN
    if not scan.finished_ns:
        return Untried.WAITING
    late = limit is not None and scan.hosts.worked[host] * 1000 >= limit
    return Untried.HOST_TIMEOUT if late else Untried.ENDED


def told_untried(untried: Untried, tries: int, noun: str, sends: str, spoiled: bool, others: str) -> Explanation:
    """The explanation of a port without a verdict.

    ``noun`` is port or protocol, ``sends`` what the technique sends, ``spoiled`` that its checksum is wrong, and
    ``others`` how it would read answers.
    """
    if not tries:
        answer = translate("No probe was sent to this {noun}.", noun=noun)
    elif tries == 1:
        answer = translate("1 probe was sent ({sends}), and no answer has come yet.", sends=sends)
    else:
        answer = translate("{tries} probes were sent ({sends}), and no answer has come yet.", tries=tries, sends=sends)
    if tries and spoiled:
        answer += " " + translate("Its checksum is wrong (--badsum).")
    case = (SENT if tries else UNSENT)[untried]
    return Explanation(answer, translate(case.meaning), translate(UNPROVEN), translate(case.source), others)
