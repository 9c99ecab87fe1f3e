"""An exchange as styled lines for a width: the verdict above its ladder, the explanation below."""

import textwrap
from collections.abc import Iterator

from rich.style import Style

from tui_scan.exchange.steps import Exchange
from tui_scan.language import translate
from tui_scan.model.reasons import Reason
from tui_scan.model.verdict import Verdict
from tui_scan.ui.glyphs import STYLES, GlyphSet, Look, look_of

Piece = tuple[str, Style]
Line = tuple[Piece, ...]

PLAIN, BOLD, DIM = Style(), Style(bold=True), Style(dim=True)

NO_BREAK = "\N{NO-BREAK SPACE}"
"""Stands before French punctuation, and does nothing to a terminal."""


def verdict_line(verdict: Verdict, service: str | None, glyphs: GlyphSet, width: int) -> list[Line]:
    """``22/tcp OPEN ssh  reason syn-ack  rtt 0.41 ms  ttl 64  tries 1``, on more lines where it is narrow."""
    look = look_of(verdict.state, verdict.reason, verdict.tries)
    state = translate("IN FLIGHT") if look is Look.IN_FLIGHT else verdict.state.label.upper()
    parts: list[tuple[Piece, ...]] = [
        (
            (f"{glyphs.of(look)} ", STYLES[look]),
            (f"{verdict.port}/{verdict.protocol.value} ", BOLD),
            (state, STYLES[look] + BOLD),
            (f" {service}" if service else "", PLAIN),
        )
    ]
    facts = [
        translate("reason {reason}", reason=verdict.reason.label) if verdict.reason is not Reason.NONE else "",
        translate("from {sender}", sender=verdict.sender) if verdict.sender else "",
        f"rtt {verdict.rtt_us / 1000:.2f} ms" if verdict.rtt_us is not None else "",
        f"ttl {verdict.ttl}" if verdict.ttl is not None else "",
        translate("tries {tries}", tries=verdict.tries),
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


def explanation_lines(exchange: Exchange, width: int) -> Iterator[Line]:
    """What the answer means, what it does not prove, and the source, in one paragraph."""
    for line in wrapped(exchange.explanation.text, max(12, width)):
        yield ((line, PLAIN),)


def wrapped(text: str, width: int) -> list[str]:
    """Wrapped text; what a terminal would obey (control characters of a target's answer) is replaced."""
    safe = "".join(char if char.isprintable() or char == NO_BREAK else "\N{REPLACEMENT CHARACTER}" for char in text)
    return textwrap.wrap(safe, width, break_on_hyphens=False)
