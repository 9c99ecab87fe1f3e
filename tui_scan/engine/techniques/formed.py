"""A technique with the packet options around it: other packets, or one source port for all tries."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from tui_scan.engine.probes import NUMBERS, OnePortKeys
from tui_scan.engine.techniques.frames import FrameTechnique
from tui_scan.engine.techniques.matching import Answers, Bytes, Cells, Mask, Matcher, joined
from tui_scan.engine.wire.parse import Batch
from tui_scan.model.packet_form import PacketForm

if TYPE_CHECKING:
    from tui_scan.engine.wire.rewrite import Rewrite

_TOGETHER = 32
"""Packets whose fragments leave before those of the next ones: a target holds only so many that are incomplete."""

Make = Callable[[Matcher], FrameTechnique]


def formed(make: Make, matcher: Matcher, key: int, form: PacketForm) -> FrameTechnique:
    """The technique that ``make`` gives, so that its packets are as ``form`` says; ``key`` is the scan's."""
    port = form.source_port
    technique = make(matcher) if port is None else OnePort(make, matcher, key, port)
    if not form.rewrites:
        return technique
    from tui_scan.engine.wire.rewrite import Rewrite

    return Rewritten(technique, Rewrite(form, matcher.hosts.family, key))


class Rewritten:
    """Builds a technique's packets and changes them; fragments of a packet are parts of its try, one after another."""

    def __init__(self, technique: FrameTechnique, rewrite: "Rewrite") -> None:
        self.rules, self.judge = technique.rules, technique.judge
        self._technique, self._rewrite = technique, rewrite

    def build(self, cells: Cells, tries: int) -> list[tuple[Cells, Bytes]]:
        """The packets of try ``tries`` (from 1) as (positions in ``cells``, byte matrix)."""
        built: list[tuple[Cells, Bytes]] = []
        for at, packets in self._technique.build(cells, tries):
            step = _TOGETHER if self._rewrite.cuts else len(at)
            for first in range(0, len(at), step):
                rows = slice(first, first + step)
                built.extend((at[rows], changed) for changed in self._rewrite.rewritten(packets[rows]))
        return built


class OnePort:
    """A technique whose probes all leave from one port, so that the try is told by their keyed numbers alone.

    An answer that fits several tries, as a UDP datagram without any number does, belongs to none of them (0): its
    round trip is not known.
    """

    def __init__(self, make: Make, matcher: Matcher, key: int, port: int) -> None:
        self._by_try = [make(matcher._replace(keys=OnePortKeys(key, port, t))) for t in range(1, NUMBERS + 1)]
        self.rules = self._by_try[0].rules
        self._latest = 1

    def build(self, cells: Cells, tries: int) -> list[tuple[Cells, Bytes]]:
        """The packets of try ``tries`` (from 1) as (positions in ``cells``, byte matrix)."""
        self._latest = max(self._latest, tries)
        return self._by_try[tries - 1].build(cells, tries)

    def judge(self, batch: Batch, outgoing: Mask) -> Answers:
        """The answers in a captured batch; ``outgoing`` marks packets that this machine sent, by batch row."""
        return _once(joined([technique.judge(batch, outgoing) for technique in self._by_try[: self._latest]]))


def _once(answers: Answers) -> Answers:
    """Each packet once; where several tries claim it, of try 0."""
    rows, first, of = np.unique(answers.rows, return_index=True, return_inverse=True)
    if len(rows) == len(answers.rows):
        return answers
    tries = answers.tries[first]
    several = np.zeros(len(rows), np.bool_)
    several[of[answers.tries != tries[of]]] = True
    once = Answers(*(column[first] for column in answers))  # type: ignore[arg-type]
    return once._replace(tries=np.where(several, 0, tries).astype(np.uint8))
