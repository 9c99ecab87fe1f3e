"""The listed ports of hosts as plain rows, read from the ledger's arrays in one go."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tui_scan.engine.ledger import NO_TTL
from tui_scan.engine.scan import Scan
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import TECHNIQUES
from tui_scan.services.names import service_name

STATES = {state.value: state.label for state in PortState}
REASONS = {reason.value: reason.label for reason in Reason}


class PortRow(NamedTuple):
    """One port. ``service`` is the name that is usual for it, empty where there is none.

    ``ttl`` is None where it was not seen; ``sender`` is who sent the ICMP error where it was not the target.
    """

    column: int
    port: int
    protocol: str
    state: str
    reason: str
    ttl: int | None
    sender: str | None
    service: str

    @property
    def reason_text(self) -> str:
        """The reason with its witness: ``syn-ack ttl 64``, ``admin-prohibited from 10.0.0.1 ttl 63``."""
        sender = f" from {self.sender}" if self.sender else ""
        ttl = f" ttl {self.ttl}" if self.ttl is not None else ""
        return f"{self.reason}{sender}{ttl}"


def port_rows(scan: Scan, hosts: npt.NDArray[np.int64], columns: npt.NDArray[np.int64]) -> Iterator[PortRow]:
    """The rows of these pairs of host and column, in their order."""
    ledger = scan.ledger
    cells = hosts * ledger.columns + columns
    protocols = [TECHNIQUES[technique].protocol for technique in scan.columns.techniques]
    arrays = (cells, columns, scan.columns.port[columns], scan.columns.which[columns])
    verdicts = (ledger.state[cells], ledger.reason[cells], ledger.ttl[cells])
    listed = zip(*(array.tolist() for array in (*arrays, *verdicts)), strict=True)
    for cell, column, port, which, state, reason, ttl in listed:
        protocol = protocols[which]
        yield PortRow(
            column,
            port,
            protocol.value,
            STATES[state],
            REASONS[reason],
            None if ttl == NO_TTL else ttl,
            ledger.sender.get(cell),
            service_name(protocol, port, scan.request.datadir) or "",
        )
