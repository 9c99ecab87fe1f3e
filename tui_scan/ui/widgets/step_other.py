"""What the target saw of a probe, as styled lines for a width."""

from collections.abc import Iterator

from rich.style import Style

from tui_scan.exchange.other_side import OtherSide
from tui_scan.exchange.steps import Direction, Kind, Step
from tui_scan.exchange.text import step_words, time_text
from tui_scan.model.packets import Origin
from tui_scan.ui.glyphs import GlyphSet
from tui_scan.ui.widgets.exchange_ladder import HEAD
from tui_scan.ui.widgets.exchange_lines import BOLD, DIM, PLAIN, Line, wrapped

CAME, LEFT = ("came", Style(color="cyan")), ("left", Style(color="green"))
KERNEL, PROGRAM = ("table", Style(color="yellow")), ("app", Style(color="magenta"))
"""What a step of the other side is: a packet that came or left, an entry of the kernel's table, a program's call."""


def other_side_lines(
    side: OtherSide, until_us: float | None, glyphs: GlyphSet, width: int, *, whole: bool
) -> Iterator[Line]:
    """The steps up to a time (all where None); ``whole``: the probe is over, so what it proves is said too."""
    yield ((f"{side.host} saw", BOLD),)
    for step in side.steps:
        if until_us is None or (step.t_us is not None and step.t_us <= until_us):
            yield from _step_lines(step, glyphs, width)
    if not whole:
        return
    if not side.complete:
        yield (("(there was more than is kept)", DIM),)
    counted = "  ".join(f"{one.name} +{one.by}" for one in side.counted)
    if counted:
        yield from _paragraph(f"counted by its kernel: {counted}", width, DIM)
    for sentence in side.sentences:
        yield from _paragraph(sentence, width, PLAIN)


def _step_lines(step: Step, glyphs: GlyphSet, width: int) -> Iterator[Line]:
    arrow, (who, style) = _who(step, glyphs)
    parts = wrapped(step_words(step), max(12, width - HEAD)) or [""]
    summary = step.summary if parts[0].startswith(step.summary) else ""
    yield (
        (f"{time_text(step):>10} ", DIM),
        (f"{arrow} {who:<6} ", style),
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
