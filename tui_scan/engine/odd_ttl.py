"""Answers in a host's name whose TTL is not that of its other answers: something on the way answers for it."""

import numpy as np
import numpy.typing as npt

from tui_scan.engine.ledger import NO_TTL, answered_for_itself
from tui_scan.engine.scan import Scan
from tui_scan.language import Sentence
from tui_scan.model.techniques import Technique

Numbers = npt.NDArray[np.int64]

NAMED = 8
"""Ports that a note names; the others are only counted."""

NOTE = (
    "{address}: the answers from {ports} came with TTL {odd}, its others with {usual}. They came another way or from "
    "something nearer or farther, such as a firewall that answers in its name."
)


def note_odd_ttls(scan: Scan, technique: Technique) -> None:
    """Note the hosts of which a minority of ports answered with another TTL than the most."""
    ledger, columns = scan.ledger, scan.columns.of(technique)
    shape = scan.hosts.count, scan.columns.count
    ttl, state = ledger.ttl.reshape(shape)[:, columns], ledger.state.reshape(shape)[:, columns]
    own = (ttl != NO_TTL) & answered_for_itself(state)
    highest = np.where(own, ttl, 0).max(axis=1)
    lowest = np.where(own, ttl, 255).min(axis=1)
    for host in np.flatnonzero(highest > lowest).tolist():
        values = ttl[host][own[host]]
        usual = int(np.bincount(values).argmax())
        odd = np.flatnonzero(own[host] & (ttl[host] != usual))
        if 2 * len(odd) < len(values):
            scan.notes.append(_note(scan, host, columns[odd], ttl[host][odd], usual))


def _note(scan: Scan, host: int, odd: Numbers, ttls: npt.NDArray[np.uint8], usual: int) -> str:
    named = [f"{scan.columns.port[c]}/{scan.columns.protocol(int(c)).value}" for c in odd[:NAMED]]
    ports: str = ", ".join(named)
    if len(odd) > NAMED:
        ports = Sentence("{ports}, {count} more", ports=ports, count=len(odd) - NAMED)
    values = ", ".join(str(value) for value in sorted(set(ttls.tolist())))
    return Sentence(NOTE, address=scan.hosts.address(host), ports=ports, odd=values, usual=usual)
