"""What a comparison is asked for: the target and its ports, whose list, and from where it is looked at."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.geometry import Size
from textual.message import Message
from textual.widgets import Input, Label

from tui_scan.compare.listed import MOST_ADDRESSES
from tui_scan.compare.reverse_look import reachable_addresses
from tui_scan.language import translate
from tui_scan.ui.comparing import Source, Typed
from tui_scan.ui.widgets.form_choice import Choice

WIDE = 78
"""Columns from which the longer hints fit."""

HINTS = {"ports": ("(listening and usual)", "(usual)"), "from": ("(here, or ssh host)", "(here)")}
"""What an empty field says where there is room, and where there is little."""

WHERE_HINTS = {
    Source.OWN: ("(this machine's)", "(here)"),
    Source.SSH: ("(host, or user@host)", "(host)"),
    Source.FILE: ("(saved ss, netstat, …)", "(saved)"),
}
"""The same for the field behind the source of the list."""


def _even(*words: str) -> list[str]:
    """The words, all as long as the longest."""
    return [word.ljust(max(map(len, words))) for word in words]


class SourceChoice(Choice[Source]):
    """Whose list is compared; Enter starts, as in the fields around it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,l,space", "turn(1)", "next list", id="compare.source", tooltip="take the list from elsewhere"),
        Binding("enter", "go", "start", id="compare.go", tooltip="read the list and look"),
    ]

    class Entered(Message):
        """The person wants to start."""

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """All words with the brackets around one, and a space behind."""
        return sum(len(word) + 2 for _, word in self.options) + 1

    def action_go(self) -> None:
        """Start."""
        self.post_message(self.Entered())


class CompareForm(Vertical):
    """Two lines of fields; Enter in any of them starts."""

    DEFAULT_CSS = """
    CompareForm { height: 2; }
    CompareForm Horizontal { height: 1; }
    CompareForm Label { color: ansi_bright_black; }
    CompareForm #compare-target { width: 3fr; }
    CompareForm #compare-ports { width: 2fr; margin-right: 1; }
    CompareForm #compare-where, CompareForm #compare-from { width: 1fr; margin-right: 1; }
    CompareForm #compare-source { width: auto; }
    """

    def __init__(self, target: str, *, id: str | None = None) -> None:
        """``target`` is what the form begins with."""
        super().__init__(id=id)
        self._target = target

    def compose(self) -> ComposeResult:
        """The fields."""
        first = _even(translate("Target"), translate("List"))
        words = [(one, translate(one.value)) for one in Source]
        with Horizontal():
            yield Label(f" {first[0]} ")
            yield Input(self._target, compact=True, id="compare-target")
            yield Label(f" {translate('Ports')} ")
            yield Input(compact=True, id="compare-ports")
        with Horizontal():
            yield Label(f" {first[1]} ")
            yield SourceChoice(words, Source.OWN, id="compare-source")
            yield Input(compact=True, id="compare-where")
            yield Label(f" {translate('From')}  ")
            yield Input(compact=True, id="compare-from")

    def on_resize(self) -> None:
        """Say in empty fields what they take, as there is room."""
        self._hint()

    @on(Choice.Changed)
    def _source_changed(self, event: Choice.Changed) -> None:
        event.stop()
        self._hint()

    def _hint(self) -> None:
        for name, hints in (*HINTS.items(), ("where", WHERE_HINTS[self.query_one(SourceChoice).value])):
            self.query_one(f"#compare-{name}", Input).placeholder = translate(hints[self.size.width < WIDE])

    @property
    def typed(self) -> Typed:
        """What the form says now."""
        names = ("target", "ports", "where", "from")
        target, ports, where, host = (self.query_one(f"#compare-{name}", Input).value for name in names)
        return Typed(target, ports, self.query_one(SourceChoice).value, where.strip(), host.strip())

    def focus_first(self) -> None:
        """Type the target."""
        self.query_one("#compare-target", Input).focus()

    def look_at_own(self) -> None:
        """Ask for this machine's own addresses and list."""
        self.query_one("#compare-target", Input).value = " ".join(reachable_addresses()[:MOST_ADDRESSES])
        self.query_one(SourceChoice).choose(Source.OWN)
