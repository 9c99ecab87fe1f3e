"""An exchange as styled lines for a width: the verdict, the ladder, the explanation."""

import textwrap
from collections.abc import Iterator
from dataclasses import replace

from rich.style import Style

from tui_scan.exchange.steps import Direction, Exchange, Kind, Step
from tui_scan.exchange.text import step_words, time_text
from tui_scan.model.packets import Origin
from tui_scan.model.reasons import Reason
from tui_scan.model.verdict import Verdict
from tui_scan.ui.glyphs import STYLES, GlyphSet, Look, look_of

Piece = tuple[str, Style]
Line = tuple[Piece, ...]

PLAIN, BOLD, DIM = Style(), Style(bold=True), Style(dim=True)

WHO = {
    Origin.SCANNER: ("you", Style(color="cyan")),
    Origin.TARGET: ("target", Style(color="green")),
    Origin.KERNEL: ("kernel", Style(color="yellow")),
    Origin.ROUTER: ("router", Style(color="magenta")),
    Origin.THIRD_PARTY: ("3rd party", Style(color="magenta")),
}
"""Who put a packet on the wire: the word and its colour. ``kernel`` is this machine's own."""

OURS = "your own kernel"
"""What is said of a packet that this machine's kernel sent: the explanation below tells why."""

CALL = ("call", Style(color="blue"))
"""Stands where the sender would: a system call told this, and no packet was seen."""

HEAD = 20
"""Character cells before a step's words: time, arrow, who."""


def verdict_line(verdict: Verdict, service: str | None, glyphs: GlyphSet, width: int) -> list[Line]:
    """``22/tcp OPEN ssh  reason syn-ack  rtt 0.41 ms  ttl 64  tries 1``, on more lines where it is narrow."""
    look = look_of(verdict.state, verdict.reason, verdict.tries)
    state = "IN FLIGHT" if look is Look.IN_FLIGHT else verdict.state.label.upper()
    parts: list[tuple[Piece, ...]] = [
        (
            (f"{glyphs.of(look)} ", STYLES[look]),
            (f"{verdict.port}/{verdict.protocol.value} ", BOLD),
            (state, STYLES[look] + BOLD),
            (f" {service}" if service else "", PLAIN),
        )
    ]
    facts = [
        f"reason {verdict.reason.label}" if verdict.reason is not Reason.NONE else "",
        f"from {verdict.sender}" if verdict.sender else "",
        f"rtt {verdict.rtt_us / 1000:.2f} ms" if verdict.rtt_us is not None else "",
        f"ttl {verdict.ttl}" if verdict.ttl is not None else "",
        f"tries {verdict.tries}",
    ]
    parts += [((fact, PLAIN),) for fact in facts if fact]
    return _flowed(parts, width)


def _flowed(parts: list[tuple[Piece, ...]], width: int) -> list[Line]:
    """Put parts on lines, two blanks between them; a part is never broken."""
    lines: list[Line] = []
    current: tuple[Piece, ...] = ()
    for part in parts:
        longer = (*current, ("  ", PLAIN), *part) if current else part
        if current and sum(len(text) for text, _ in longer) > width:
            lines.append(current)
            longer = part
        current = longer
    return [*lines, current]


def ladder_lines(exchange: Exchange, glyphs: GlyphSet, width: int) -> Iterator[Line]:
    """The steps, oldest first; a step too long for the width goes on below its words."""
    for step in exchange.steps:
        yield from _step_lines(step, glyphs, width)
    if not exchange.complete:
        yield (("(some packets of this scan were let go to save memory)", DIM),)


def _step_lines(step: Step, glyphs: GlyphSet, width: int) -> Iterator[Line]:
    arrow, (who, style) = _who(step, glyphs)
    words = step_words(replace(step, note=OURS) if step.origin is Origin.KERNEL else step)
    if step.try_number > 1 and step.origin is Origin.SCANNER:
        words += f"  (try {step.try_number})"
    wrapped = _wrap(words, max(12, width - HEAD)) or [""]
    first = wrapped[0]
    summary = step.summary if first.startswith(step.summary) else ""
    yield (
        (f"{time_text(step):>10} ", DIM),
        (f"{arrow} {who:<6} ", style),
        (summary, style + BOLD),
        (first[len(summary) :], PLAIN),
    )
    for rest in wrapped[1:]:
        yield ((" " * HEAD, PLAIN), (rest, PLAIN))


def _who(step: Step, glyphs: GlyphSet) -> tuple[str, tuple[str, Style]]:
    if step.kind is Kind.CALL:
        return " ", CALL
    if step.kind is Kind.SILENCE or step.origin is None:
        return glyphs.lost, ("", STYLES[Look.FILTERED])
    return (glyphs.right if step.direction is Direction.OUT else glyphs.left), WHO[step.origin]


def explanation_lines(exchange: Exchange, width: int) -> Iterator[Line]:
    """What the answer means, what it does not prove, and the source, in one paragraph."""
    told = exchange.explanation
    source = f"({told.source})" if told.source else ""
    for line in _wrap(" ".join(filter(None, (told.answer, told.meaning, told.unproven, source))), max(12, width)):
        yield ((line, PLAIN),)


def _wrap(text: str, width: int) -> list[str]:
    """Wrapped text; what a terminal would obey (control characters of a target's answer) is replaced."""
    safe = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
    return textwrap.wrap(safe, width, break_on_hyphens=False)
