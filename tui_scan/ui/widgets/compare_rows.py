"""What stands in the comparison's table: a column each, the look of a class, the order of rows."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from typing import Any

from rich.style import Style

from tui_scan.compare.classes import PortClass
from tui_scan.compare.join import Finding
from tui_scan.compare.told import program_text
from tui_scan.language import translate
from tui_scan.model.reasons import Reason
from tui_scan.ui.glyphs import STYLES, GlyphSet, look_of
from tui_scan.ui.widgets.table_columns import TableColumn
from tui_scan.ui.widgets.virtual_table import Cell

COLUMNS = (
    TableColumn("class", "Class", 19),
    TableColumn("address", "Address", 12, hide=3, grow=2, most=39, cut_middle=True),
    TableColumn("port", "Port", 9, right=True),
    TableColumn("listener", "Listener", 18, grow=2, most=47, cut_middle=True),
    TableColumn("program", "Program", 14, hide=1, grow=3, most=32),
    TableColumn("state", "Seen", 15),
    TableColumn("reason", "Reason", 16, hide=2),
    TableColumn("from", "From", 18, hide=4, grow=2, most=46),
)
"""The higher ``hide``, the sooner a narrow screen goes without."""

_SOONER = {"program": 2, "reason": 3, "address": 1}
COLUMNS_OF_MANY = tuple(replace(one, hide=_SOONER.get(one.key, one.hide)) for one in COLUMNS)
"""The same for several addresses: then a row says nothing without its address."""

CLASS_STYLES = {
    PortClass.ALARM: Style(color="red", bold=True),
    PortClass.NO_LOCAL_LISTENER: Style(color="magenta", bold=True),
    PortClass.PUBLISHED: Style(color="cyan", bold=True),
    PortClass.OTHER_NAMESPACE: Style(color="cyan"),
    PortClass.EXPOSED: Style(color="green", bold=True),
    PortClass.RESET_ELSEWHERE: Style(color="yellow"),
    PortClass.FIREWALLED: Style(color="yellow"),
    PortClass.UNPROVEN: Style(color="blue"),
    PortClass.LOOPBACK_ONLY: Style(dim=True),
}

CLASS_GLYPHS = {
    "unicode": dict(zip(PortClass, "▲?◆◇■─▒□○", strict=True)),
    "ascii": dict(zip(PortClass, "!?PN#-~.o", strict=True)),
}
"""One character a class, by the name of the glyph set; the word beside it says the same."""


def class_cell(class_: PortClass, glyphs: GlyphSet, changed: bool = False) -> tuple[str, Style]:
    """Glyph, word and colour; ``changed``: what listens changed meanwhile, so the class is no more than that."""
    return f"{CLASS_GLYPHS[glyphs.name][class_]} {class_}{translate(', changed') * changed}", CLASS_STYLES[class_]


def port_text(one: Finding) -> str:
    """``22/tcp``."""
    return f"{one.port}/{one.protocol}"


SORT_KEYS: dict[str, Callable[[Finding], Any]] = {
    "class": lambda one: one.order,
    "address": lambda one: (*one.order[1:], one.order[0]),
    "port": lambda one: (one.port, one.protocol.value, one.order),
    "listener": lambda one: (one.listener is None, one.listener.local if one.listener else "", one.order),
    "program": lambda one: (one.listener is None, program_text(one.listener) if one.listener else "", one.order),
    "state": lambda one: (one.seen.verdict.state, one.order),
    "reason": lambda one: (one.seen.verdict.reason.label, one.order),
    "from": lambda one: (one.seen.vantage.text, one.order),
}
"""How rows are ordered by each column; by class what needs a look stands first."""


class CompareRows:
    """The findings that are shown, in their order."""

    def __init__(self, findings: Sequence[Finding], glyphs: GlyphSet) -> None:
        self.shown = list(findings)
        self._glyphs = glyphs

    def __len__(self) -> int:
        return len(self.shown)

    def key(self, row: int) -> Hashable:
        """Address, protocol and port."""
        return key_of(self.shown[row])

    def find(self, key: Hashable) -> int | None:
        """The row of a port."""
        return next((row for row, one in enumerate(self.shown) if key_of(one) == key), None)

    def sort(self, column: str, descending: bool) -> None:
        """Order the rows anew."""
        self.shown.sort(key=SORT_KEYS[column], reverse=descending)

    def cells(self, row: int) -> Sequence[Cell]:
        """One line of the table."""
        one = self.shown[row]
        verdict, listener = one.seen.verdict, one.listener
        look = look_of(verdict.state, verdict.reason, verdict.tries)
        return (
            class_cell(one.class_, self._glyphs, one.change is not None),
            one.address,
            port_text(one),
            listener.local if listener else "-",
            (program_text(listener) if listener else "") or "-",
            (f"{self._glyphs.of(look)} {verdict.state.label}", STYLES[look]),
            verdict.reason.label if verdict.reason is not Reason.NONE else "-",
            one.seen.vantage.text,
        )


def key_of(one: Finding) -> Hashable:
    """What stays the same for a port while the comparison goes on."""
    return one.address, one.protocol, one.port
