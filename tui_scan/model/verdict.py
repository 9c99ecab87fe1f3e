"""One port's verdict, read out of the ledger for a person or a report."""

from typing import NamedTuple

from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Protocol


class Verdict(NamedTuple):
    """What is known of one port of one host.

    ``rtt_us`` is None where no round trip was measured; ``ttl`` is the answer's TTL or hop limit, None
    where it was not seen (no answer, or an unprivileged scan); ``sender`` is who sent the ICMP error where
    that was not the target.
    """

    address: str
    protocol: Protocol
    port: int
    state: PortState
    reason: Reason
    tries: int
    rtt_us: int | None
    ttl: int | None
    sender: str | None = None

    @property
    def in_flight(self) -> bool:
        """A probe was sent and neither answer nor time-out has come."""
        return self.state is PortState.UNTRIED and self.tries > 0
