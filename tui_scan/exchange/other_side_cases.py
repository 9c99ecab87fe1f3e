"""What a host's sight of a probe proves, as sentences with the facts that make each of them true."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from tui_scan.exchange.steps import Direction, Kind, Step
from tui_scan.model.other_side import Sight
from tui_scan.model.techniques import Technique

SIMULATED = "simulated"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the cases below look at; ``values`` fill the places of their sentences."""

    sight: Sight
    arrived: bool
    answered: bool
    half_open: bool
    finished: bool
    values: dict[str, object]

    @property
    def real(self) -> bool:
        """There is a kernel, and there may be programs."""
        return self.sight.kind != SIMULATED

    def by(self, technique: Technique) -> bool:
        """The probe was one of this technique."""
        return self.sight.watched.technique is technique

    def noticed(self, call: str) -> bool:
        """A program was told by this call."""
        return any(one.call == call for one in self.sight.noticed)

    def sent(self, summary: str) -> bool:
        """The host sent a packet whose summary begins so."""
        return str(self.values["reply"]).startswith(summary)


def facts_of(sight: Sight, steps: list[Step]) -> Facts:
    """What the steps of a sight show; ``steps`` are its packets by time, and what is no packet."""
    packets = [step for step in steps if step.kind is Kind.PACKET]
    came = [step for step in packets if step.direction is Direction.OUT]
    left = [step for step in packets if step.direction is Direction.IN]
    agreed = next((step for step in left if step.flags == "SA"), None)
    after = [step for step in came if agreed is not None and (step.t_us or 0) >= (agreed.t_us or 0)]
    reset = next((step for step in after if "R" in step.flags), None)
    finished = next((step for step in after if "A" in step.flags and not set("RS") & set(step.flags)), None)
    counted = {one.name: one.by for one in sight.counted}
    peers = (one.peer for one in sight.noticed if one.peer)
    sizes = (one.size for one in sight.noticed if one.size is not None)
    return Facts(
        sight=sight,
        arrived=bool(came),
        answered=bool(left),
        half_open=agreed is not None and finished is None,
        finished=finished is not None,
        values={
            "host": sight.host,
            "reply": left[0].summary if left else "",
            "peer": next(peers, ""),
            "size": next(sizes, 0),
            "described": sight.described or "",
            "embryonic": counted.get("TcpExt EmbryonicRsts", 0),
            "opened": counted.get("Tcp PassiveOpens", 0),
            "lived": _lived(agreed, reset),
        },
    )


def _lived(agreed: Step | None, reset: Step | None) -> str:
    """How long a connection was half-open, ``0.015``; empty where no reset ended it."""
    if agreed is None or reset is None or agreed.t_us is None or reset.t_us is None:
        return ""
    return f"{(reset.t_us - agreed.t_us) / 1000:.3f}"


class Case(NamedTuple):
    """A sentence, and when it is true."""

    holds: Callable[[Facts], bool]
    text: str


CASES = (
    Case(
        lambda facts: not facts.real,
        "{host} is simulated: no kernel and no program is behind it. This is the capture of its end of the link.",
    ),
    Case(
        lambda facts: not facts.arrived,
        "Nothing of the probe came to {host}: something on the way kept it.",
    ),
    Case(
        lambda facts: not (facts.real and facts.arrived) and bool(facts.values["described"]),
        "Its description has this answer for the probe: {described}.",
    ),
    Case(
        lambda facts: facts.real and facts.half_open and not facts.noticed("accept()"),
        "No program on {host} noticed: its kernel answered the SYN by itself, and accept() hands over a connection "
        "only when its handshake is finished.",
    ),
    Case(
        lambda facts: facts.half_open and bool(facts.values["lived"]) and bool(facts.values["embryonic"]),
        "The connection was half-open (SYN_RECV) for {lived} ms, and the kernel counted the reset that ended it "
        "(EmbryonicRsts +{embryonic}).",
    ),
    Case(
        lambda facts: facts.by(Technique.SYN) and facts.real and facts.half_open and not facts.noticed("accept()"),
        "That makes a SYN scan quieter than connect(): a program has nothing to write into its log. A capture or the "
        "kernel's counters show it all the same.",
    ),
    Case(
        lambda facts: facts.noticed("accept()"),
        "A program on {host} noticed: accept() gave it the connection from {peer}, whose handshake was finished "
        "(PassiveOpens +{opened}).",
    ),
    Case(
        lambda facts: facts.by(Technique.CONNECT) and facts.noticed("accept()"),
        "That makes connect() louder than a SYN scan: the program can write the scanner's address into its log.",
    ),
    Case(
        lambda facts: facts.real and facts.finished and not facts.noticed("accept()"),
        "The handshake was finished, but no program had accepted the connection yet.",
    ),
    Case(
        lambda facts: facts.noticed("recvfrom()"),
        "A program on {host} noticed: it read a datagram of {size} bytes from {peer}. UDP has no handshake behind "
        "which a probe could hide from it.",
    ),
    Case(
        lambda facts: facts.real and facts.sent("RST") and not facts.sight.noticed,
        "The kernel of {host} answered with the RST by itself: no program noticed.",
    ),
    Case(
        lambda facts: facts.real and facts.sent("ICMP") and not facts.sight.noticed,
        "The kernel of {host} answered by itself, or its firewall did: no program noticed.",
    ),
    Case(
        lambda facts: facts.real and facts.arrived and not facts.answered and not facts.sight.noticed,
        "The probe came to {host}, and nothing went back: its firewall or its kernel dropped it, and no program "
        "noticed. The scanner cannot tell that from a loss on the way.",
    ),
)
"""What a sight proves, in the order in which it is told."""
