"""From an answer back to the probe: which cell and try it belongs to, and whether it carries the probe's key."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tui_scan.engine.columns import Columns
from tui_scan.engine.hosts import Hosts
from tui_scan.engine.probes import ProbeKeys
from tui_scan.engine.techniques.icmp import CODES, REASONS
from tui_scan.engine.wire.build import Addressing
from tui_scan.engine.wire.parse import Errors
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Protocol

Bytes = npt.NDArray[np.uint8]
Cells = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_REASONS = {family: np.frombuffer(table, np.uint8) for family, table in REASONS.items()}


class Answers(NamedTuple):
    """Answers that belong to probes of this scan; one entry an answer in every array.

    ``rows`` are their numbers in the captured batch. A state of UNTRIED stands for a packet that decides
    nothing (the own kernel's reset, an ICMP code that is ignored) and is only shown. ``foreign`` marks ICMP
    errors whose sender is not the target.
    """

    rows: Cells
    cells: Cells
    tries: Bytes
    states: Bytes
    reasons: Bytes
    ttls: Bytes
    foreign: Mask
    senders: Bytes

    def only(self, pick: Mask) -> "Answers":
        """Some of the answers."""
        return Answers(*(column[pick] for column in self))  # type: ignore[arg-type]


class Matcher(NamedTuple):
    """What a technique needs to address probes and to recognise answers.

    ``sources`` holds the own address towards each host, uint8 of shape (hosts, 4 or 16).
    """

    hosts: Hosts
    columns: Columns
    keys: ProbeKeys
    sources: Bytes

    def addressing(self, cells: Cells, tries: int) -> Addressing:
        """Addresses and ports of try number ``tries`` of these cells."""
        host = cells // self.columns.count
        return Addressing(
            family=self.hosts.family,
            source=self.sources.take(host, axis=0),
            target=self.hosts.wire.take(host, axis=0),
            source_port=np.full(len(cells), self.keys.first_port + tries - 1, np.uint16),
            target_port=self.columns.port[cells - host * self.columns.count],
            identification=self.keys.identification(cells, tries),
        )

    def locate(
        self,
        protocol: Protocol,
        address: Bytes,
        port: npt.NDArray[np.uint16],
        own_port: npt.NDArray[np.uint16],
    ) -> tuple[Cells, Bytes, Mask]:
        """Cells and tries of probes to these addresses and ports, and which of them there are at all."""
        host = self.hosts.find(address)
        column = self.columns.find(protocol, port)
        tries = own_port.astype(np.int64) - self.keys.first_port + 1
        known = (host >= 0) & (column >= 0) & (tries >= 1) & (tries <= self.keys.count)
        return host * self.columns.count + column, tries.astype(np.uint8), known

    def errors(self, errors: Errors, protocol: Protocol, keyed: Mask, cells: Cells, tries: Bytes) -> Answers:
        """ICMP errors on our probes as answers; ``keyed`` says which quote a probe's key."""
        of_protocol = protocol is Protocol.IP or errors.quoted_protocol == protocol.number
        pick = np.flatnonzero(keyed & of_protocol)
        kinds = errors.type[pick].astype(np.int64) * CODES + errors.code[pick]
        reasons = _REASONS[self.hosts.family][kinds]
        foreign = (errors.source[pick] != errors.quoted_target[pick]).any(axis=1)
        return Answers(
            rows=errors.rows[pick],
            cells=cells[pick],
            tries=tries[pick],
            states=np.where(reasons > 0, PortState.FILTERED, PortState.UNTRIED).astype(np.uint8),
            reasons=reasons,
            ttls=errors.ttl[pick],
            foreign=foreign,
            senders=errors.source[pick],
        )

    def refusals(self, own: Errors, protocol: Protocol) -> Answers:
        """ICMP errors by which this machine refuses answers: its kernel does not speak the protocol, or a filter."""
        cells, tries, known = self.locate(protocol, own.quoted_source, own.quoted_source_port, own.quoted_target_port)
        return shown(own, known & (own.quoted_protocol == protocol.number), cells, tries)


def shown(errors: Errors, known: Mask, cells: Cells, tries: Bytes) -> Answers:
    """The own kernel's ICMP errors that are ``known`` to refuse an answer: shown, never judged."""
    pick = np.flatnonzero(known)
    nothing = np.zeros(len(pick), np.uint8)
    return Answers(
        rows=errors.rows[pick],
        cells=cells[pick],
        tries=tries[pick],
        states=nothing,
        reasons=nothing,
        ttls=errors.ttl[pick],
        foreign=np.zeros(len(pick), np.bool_),
        senders=errors.source[pick],
    )


def joined(parts: list[Answers]) -> Answers:
    """Several groups of answers as one, in their order."""
    told = [part for part in parts if len(part.rows)] or parts[:1]
    return told[0] if len(told) == 1 else Answers(*(np.concatenate(columns) for columns in zip(*told, strict=True)))
