"""The ladder of an exchange as styled lines for a width: who sent what when, and the states of both ends."""

from collections.abc import Iterator
from dataclasses import replace
from enum import Enum, auto
from typing import NamedTuple

from rich.style import Style

from tui_scan.exchange.steps import Direction, Exchange, Kind, Step
from tui_scan.exchange.tcp_states import Ends, ends
from tui_scan.exchange.text import step_words, time_text
from tui_scan.language import number as written
from tui_scan.language import translate
from tui_scan.model.packets import Origin
from tui_scan.ui.glyphs import STYLES, GlyphSet, Look
from tui_scan.ui.widgets.exchange_lines import BOLD, DIM, PLAIN, Line, Piece, wrapped

WHO = {
    Origin.SCANNER: ("you", Style(color="cyan")),
    Origin.TARGET: ("target", Style(color="green")),
    Origin.KERNEL: ("kernel", Style(color="yellow")),
    Origin.ROUTER: ("router", Style(color="magenta")),
    Origin.THIRD_PARTY: ("3rd party", Style(color="magenta")),
}
"""Who put a packet on the wire: the word (a message id) and its colour. ``kernel`` is this machine's own."""

OURS = "your own kernel"
"""What is said of a packet that this machine's kernel sent: the explanation below tells why."""

CALL = ("call", Style(color="blue"))
"""Stands where the sender would: a system call told this, and no packet was seen."""

HEAD = 20
"""Character cells before a step's words: time, arrow, who."""


OWN_WIDTH, TARGET_WIDTH = 24, 27
"""Character cells for the state of either end: ``SYN-SENT → ESTABLISHED``, ``SYN-RECEIVED → ESTABLISHED``."""

BESIDE_FROM = 132
"""Columns from which the states stand beside the steps."""


class States(Enum):
    """Where the TCP states of both ends stand."""

    HIDDEN = auto()
    BELOW = auto()
    BESIDE = auto()


class Rung(NamedTuple):
    """One line of a ladder, and the number of the step it belongs to, None where it belongs to none."""

    step: int | None
    line: Line


def rungs(
    exchange: Exchange, glyphs: GlyphSet, width: int, states: States = States.HIDDEN, *, absolute: bool = False
) -> Iterator[Rung]:
    """The steps, oldest first; a step too long for the width goes on below its words."""
    both = ends(exchange.protocol, exchange.steps, glyphs.right)
    if not any(both):
        states = States.HIDDEN
    if states is States.BESIDE:
        width -= OWN_WIDTH + TARGET_WIDTH + 2
        own, its = translate("your TCP (inferred)"), translate("its TCP (inferred)")
        head = f"{own:<{OWN_WIDTH}} {its:<{TARGET_WIDTH}}"
        yield Rung(None, ((" " * (width + 1), PLAIN), (head, DIM)))
    for number, step in enumerate(exchange.steps):
        lines = list(_step_lines(step, _silence_before(exchange.steps, number), glyphs, width, absolute))
        if states is States.BESIDE:
            lines[0] = _padded(lines[0], width + 1) + _beside(both[number])
        elif states is States.BELOW and both[number] is not None:
            lines += _below(both[number], width)
        yield from (Rung(number, line) for line in lines)
    if not exchange.complete:
        yield Rung(None, ((translate("(some packets of this scan were let go to save memory)"), DIM),))


def _silence_before(steps: tuple[Step, ...], number: int) -> str:
    """How long nothing came before a probe was sent again; empty where something did."""
    step, before = steps[number], steps[number - 1] if number else None
    if (
        before is None
        or step.try_number < 2
        or step.origin is not Origin.SCANNER
        or before.origin is not Origin.SCANNER
    ):
        return ""
    if step.t_us is None or before.t_us is None or before.try_number == step.try_number:
        return ""
    return translate(", after {time} ms of silence", time=written((step.t_us - before.t_us) / 1000, ",.0f"))


def _step_lines(step: Step, silence: str, glyphs: GlyphSet, width: int, absolute: bool) -> Iterator[Line]:
    arrow, (who, style) = sender(step, glyphs)
    words = step_words(replace(step, note=translate(OURS)) if step.origin is Origin.KERNEL else step, absolute)
    if step.try_number > 1 and step.origin is Origin.SCANNER:
        tries = translate("try {number}", number=step.try_number)
        words += f"  ({tries}{silence})"
    parts = wrapped(words, max(12, width - HEAD)) or [""]
    first = parts[0]
    summary = next((one for one in (step.summary, translate(step.summary)) if first.startswith(one)), "")
    yield (
        (f"{time_text(step):>10} ", DIM),
        (f"{arrow} {translate(who):<6} ", style),
        (summary, style + BOLD),
        (first[len(summary) :], PLAIN),
    )
    for rest in parts[1:]:
        yield ((" " * HEAD, PLAIN), (rest, PLAIN))


def sender(step: Step, glyphs: GlyphSet) -> tuple[str, tuple[str, Style]]:
    """A step's arrow, and the word for who it is from with its colour."""
    if step.kind is Kind.CALL:
        return " ", CALL
    if step.kind is Kind.SILENCE or step.origin is None:
        return glyphs.lost, ("", STYLES[Look.FILTERED])
    return (glyphs.right if step.direction is Direction.OUT else glyphs.left), WHO[step.origin]


def _padded(line: Line, width: int) -> tuple[Piece, ...]:
    return (*line, (" " * max(1, width - sum(len(text) for text, _ in line)), PLAIN))


def _beside(both: Ends | None) -> tuple[Piece, ...]:
    return ((f"{translate(both.scanner):<{OWN_WIDTH}} {both.target}", DIM),) if both else ()


def _below(both: Ends | None, width: int) -> list[Line]:
    if both is None:
        return []
    words = translate("TCP (inferred) you: {own}; target: {target}", own=translate(both.scanner), target=both.target)
    return [((" " * HEAD, PLAIN), (line, DIM)) for line in wrapped(words, max(12, width - HEAD))]
