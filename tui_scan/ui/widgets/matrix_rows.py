"""A matrix as the lines of a table: a line a host, below it one or two a port. No textual."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.style import Style

from tui_scan.engine.matrix import TYPES
from tui_scan.exchange.filters import Kind
from tui_scan.exchange.matrix import HostFinding, PortFinding, title
from tui_scan.language import translate
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Technique
from tui_scan.model.verdict import Verdict
from tui_scan.ui.glyphs import STYLES, GlyphSet, look_of

TALL_FROM = 146
"""Columns from which a port has two lines, with whole states above whole reasons."""

PORT_WIDTH, KIND_WIDTH = 5, 13
_NARROW_KIND, _TALL_CELL, _LABEL_FROM = 11, 13, 10

SHORT = {
    PortState.UNTRIED: "",
    PortState.OPEN: "opn",
    PortState.CLOSED: "cls",
    PortState.FILTERED: "flt",
    PortState.UNFILTERED: "unf",
    PortState.OPEN_FILTERED: "o|f",
    PortState.CLOSED_FILTERED: "c|f",
}
"""A state where there is room for three letters."""

KIND_STYLES = {
    Kind.NONE: Style(color="green"),
    Kind.NONE_OR_REJECT: Style(color="green"),
    Kind.UNPROVEN: Style(dim=True),
}
"""Kinds that are no filter or not known; the others are filters, and bold."""

_FILTER = Style(color="yellow", bold=True)
_PLAIN, _DIM = Style(), Style(dim=True)
Text = tuple[str, Style]


@dataclass(frozen=True, slots=True)
class MatrixLine:
    """One place for the cursor: a host (``port`` None), or a port of it."""

    host: HostFinding
    port: PortFinding | None = None
    column: int = 0


def lines_of(found: Sequence[HostFinding]) -> list[MatrixLine]:
    """The lines of all hosts."""
    out = []
    for host in found:
        out.append(MatrixLine(host))
        out += [MatrixLine(host, port, column) for column, port in enumerate(host.ports)]
    return out


def widths(width: int) -> tuple[int, ...]:
    """The columns' character cells: the port, a type each, the kind; one cell is between two of them."""
    if width >= TALL_FROM:
        return (PORT_WIDTH, *((width - PORT_WIDTH - KIND_WIDTH - 10) // 9,) * 9, KIND_WIDTH)
    least = [max(5, len(title(technique))) for technique in TYPES]
    spare = max(0, width - PORT_WIDTH - _NARROW_KIND - 10 - sum(least)) // len(TYPES)
    return (PORT_WIDTH, *(one + spare for one in least), _NARROW_KIND)


def kind_text(kind: Kind, running: bool) -> Text:
    """A kind; while cells are still to come, none that is not proven."""
    if running and kind is Kind.UNPROVEN:
        return ("", _PLAIN)
    return (kind.value, KIND_STYLES.get(kind, _FILTER))


def cell_text(verdict: Verdict | None, width: int, glyphs: GlyphSet) -> Text:
    """A cell on one line: the map's glyph, and the state as far as there is room."""
    if verdict is None:
        return ("-", _DIM)
    look = look_of(verdict.state, verdict.reason, verdict.tries)
    label = verdict.state.label if width >= _LABEL_FROM else SHORT[verdict.state]
    label = "" if verdict.state is PortState.UNTRIED else f" {label}"
    return (f"{glyphs.of(look)}{label}", STYLES[look])


def tall_text(verdict: Verdict | None, glyphs: GlyphSet) -> tuple[Text, Text]:
    """A cell on two lines: the state, and below it the reason."""
    if verdict is None:
        return ("-", _DIM), (translate("no raw socket"), _DIM)
    look = look_of(verdict.state, verdict.reason, verdict.tries)
    if verdict.state is PortState.UNTRIED:
        return (glyphs.of(look), STYLES[look]), ("", _PLAIN)
    return (verdict.state.label, STYLES[look]), (verdict.reason.label, _DIM)


def technique_at(column: int) -> Technique | None:
    """The type of a column, counted from 0; None for the kind's."""
    return TYPES[column] if column < len(TYPES) else None
