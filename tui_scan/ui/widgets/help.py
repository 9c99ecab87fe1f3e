"""The help page: every key from the table, what the glyphs mean, whose hosts to scan."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

from rich.console import Group, RenderableType
from rich.table import Column, Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static

from tui_scan.language import translate
from tui_scan.ui.glyphs import STYLES, GlyphSet, Look, glyphs_of
from tui_scan.ui.keys import KEYS, Place, face

MEANINGS = {
    Look.OPEN: "something accepts connections or answered a datagram",
    Look.REJECTED: "filtered: an ICMP error came in place of an answer",
    Look.FILTERED: "no answer at all: a filter drops the probe, or the answer",
    Look.OPEN_FILTERED: "silence that an open port and a filter share",
    Look.UNFILTERED: "reachable, but open or closed cannot be told",
    Look.CLOSED_FILTERED: "closed or filtered cannot be told apart",
    Look.CLOSED: "reachable, and nothing listens there",
    Look.IN_FLIGHT: "a probe is on its way",
    Look.UNTRIED: "not probed yet",
}
"""What each look of the map means, in a few words."""

OURS = "Scan only what is yours, or what you are allowed to scan."


class HelpPage(ModalScreen[None]):
    """All keys with their sentences; ``widgets`` are those on the page below, whose own keys count too,
    each with its heading."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q,enter", "close", "close", show=False),
        Binding("down,j", "scroll(1)", "down", show=False),
        Binding("up,k", "scroll(-1)", "up", show=False),
        Binding("pagedown,space", "scroll(12)", "page down", show=False),
        Binding("pageup", "scroll(-12)", "page up", show=False),
    ]

    def __init__(self, widgets: tuple[tuple[str, type[Widget]], ...]) -> None:
        super().__init__()
        self._widgets = widgets

    def compose(self) -> ComposeResult:
        """One text that scrolls."""
        with VerticalScroll(classes="dialog help", can_focus=False):
            yield Static(self._text(glyphs_of(self.app)))

    def action_close(self) -> None:
        """Back to the page below."""
        self.dismiss(None)

    def action_scroll(self, by: int) -> None:
        """Scroll by lines."""
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)

    def _text(self, glyphs: GlyphSet) -> Group:
        parts: list[RenderableType] = []
        for title, lines in self._sections():
            told = [(Text(keys, "bold"), Text(sentence)) for keys, sentence in lines]
            parts += [Text(title, "bold"), _rows(told, 10), Text()]
        looks = [
            (Text(f"{glyphs.of(look)} {look.label}", STYLES[look]), Text(translate(meaning)))
            for look, meaning in MEANINGS.items()
        ]
        parts += [Text(translate("What a port looks like"), "bold"), _rows(looks, 17), Text()]
        return Group(*parts, Text(translate(OURS), "bold"), Text(translate("Esc closes this page."), "dim"))

    def _sections(self) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        for place in Place:
            keys = (key for key in KEYS if key.place is place)
            yield translate(place.value), [(translate(key.face), translate(key.tooltip)) for key in keys]
        for title, kind in self._widgets:
            yield (
                title,
                [
                    (_faces(b), _sentence(translate(b.tooltip)))
                    for b in kind.BINDINGS
                    if isinstance(b, Binding) and b.tooltip
                ],
            )


def _rows(rows: Sequence[tuple[Text, Text]], width: int) -> Table:
    """What is named, in a column of this width at the least, and beside it what is told, wrapped in its own column."""
    table = Table.grid(Column(min_width=width), Column(), padding=(0, 1, 0, 0))
    for name, told in rows:
        table.add_row(Text("  ").append(name), told)
    return table


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "." * (not text.endswith("."))


def _faces(binding: Binding) -> str:
    return binding.key_display or " ".join(translate(face(key)) for key in binding.key.split(","))
