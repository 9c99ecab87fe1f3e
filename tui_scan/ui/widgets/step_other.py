"""What the target saw of a probe, as styled lines for a width."""

import math
from collections.abc import Iterator
from typing import NamedTuple

from rich.style import Style

from tui_scan.exchange.other_side import OtherSide, clocks, not_seen
from tui_scan.exchange.steps import Direction, Kind, Step
from tui_scan.exchange.text import step_words, time_text
from tui_scan.language import translate
from tui_scan.model.packets import Origin
from tui_scan.ui.glyphs import GlyphSet
from tui_scan.ui.step_probe import Probe, Stage
from tui_scan.ui.widgets.exchange_ladder import HEAD
from tui_scan.ui.widgets.exchange_lines import BOLD, DIM, PLAIN, Line, wrapped

CAME, LEFT = ("came", Style(color="cyan")), ("left", Style(color="green"))
KERNEL, PROGRAM = ("table", Style(color="yellow")), ("app", Style(color="magenta"))
"""What a step of the other side is: a packet that came or left, an entry of the kernel's table, a program's call."""


class Until(NamedTuple):
    """How far the scanner's side is shown, in microseconds from its first probe: its last step, and the next one.

    What the scanner sent so far came to the target before the next step, and gives nothing away.
    """

    shown_us: float
    next_us: float

    def covers(self, step: Step) -> bool:
        """Whether a step of the target's side may be shown."""
        came = step.kind is Kind.PACKET and step.direction is Direction.OUT
        return step.t_us is not None and step.t_us <= (self.next_us if came else self.shown_us)


def target_lines(probe: Probe, glyphs: GlyphSet, width: int, *, in_lab: bool) -> Iterator[Line]:
    """The target's side of a probe, as far as the scanner's is shown, or why there is none."""
    side = probe.other_side
    if side is not None:
        steps = probe.exchange.steps if probe.exchange else ()
        bounds = [-math.inf, *(math.inf if step.t_us is None else step.t_us for step in steps), math.inf]
        until = Until(bounds[probe.shown], bounds[probe.shown + 1] if probe.shown else -math.inf)
        yield from other_side_lines(side, until, glyphs, width, whole=probe.all_shown)
        sentence = clocks() if probe.all_shown else ""
    elif probe.other_side_error:
        sentence = probe.other_side_error
    elif probe.going and (probe.watched or probe.stage is Stage.LISTENING):
        sentence = translate("The target tells what it saw when the probe is over.")
    elif probe.going:
        sentence = not_seen(probe.address, in_lab=in_lab)
    else:
        sentence = translate("What the target saw is shown here once the probe was sent.")
    yield from _paragraph(sentence, width, DIM)


def other_side_lines(side: OtherSide, until: Until, glyphs: GlyphSet, width: int, *, whole: bool) -> Iterator[Line]:
    """The steps so far; ``whole``: the probe is over, so what it proves is said too."""
    yield ((translate("{host} saw", host=side.host), BOLD),)
    for step in side.steps:
        if whole or until.covers(step):
            yield from _step_lines(step, glyphs, width)
    if not whole:
        return
    if not side.complete:
        yield ((translate("(there was more than is kept)"), DIM),)
    counted = "  ".join(f"{one.name} +{one.by}" for one in side.counted)
    if counted:
        yield from _paragraph(translate("counted by its kernel: {counts}", counts=counted), width, DIM)
    for sentence in side.sentences:
        yield from _paragraph(sentence, width, PLAIN)


def _step_lines(step: Step, glyphs: GlyphSet, width: int) -> Iterator[Line]:
    arrow, (who, style) = _who(step, glyphs)
    parts = wrapped(step_words(step), max(12, width - HEAD)) or [""]
    summary = step.summary if parts[0].startswith(step.summary) else ""
    yield (
        (f"{time_text(step):>10} ", DIM),
        (f"{arrow} {translate(who):<6} ", style),
        (summary, style + BOLD),
        (parts[0][len(summary) :], PLAIN),
    )
    for rest in parts[1:]:
        yield ((" " * HEAD, PLAIN), (rest, PLAIN))


def _who(step: Step, glyphs: GlyphSet) -> tuple[str, tuple[str, Style]]:
    if step.kind is not Kind.PACKET:
        return " ", (KERNEL if step.origin is Origin.KERNEL else PROGRAM)
    return (glyphs.right, CAME) if step.direction is Direction.OUT else (glyphs.left, LEFT)


def _paragraph(text: str, width: int, style: Style) -> Iterator[Line]:
    for line in wrapped(text, max(12, width)):
        yield ((line, style),)
