"""What a comparison is asked for: the target and its ports, whose list, and from where it is looked at."""

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Label

from tui_scan.compare.listed import MOST_ADDRESSES
from tui_scan.compare.reverse_look import reachable_addresses
from tui_scan.ui.comparing import Source, Typed
from tui_scan.ui.widgets.form_choice import Choice


class CompareForm(Vertical):
    """Two lines of fields; Enter in any of them starts."""

    DEFAULT_CSS = """
    CompareForm { height: 2; }
    CompareForm Horizontal { height: 1; }
    CompareForm Label { color: ansi_bright_black; }
    CompareForm #compare-target, CompareForm #compare-where { width: 3fr; }
    CompareForm #compare-ports, CompareForm #compare-from { width: 2fr; margin-right: 1; }
    CompareForm #compare-source { width: 17; }
    """

    def __init__(self, target: str, *, id: str | None = None) -> None:
        """``target`` is what the form begins with."""
        super().__init__(id=id)
        self._target = target

    def compose(self) -> ComposeResult:
        """The fields."""
        with Horizontal():
            yield Label(" Target ")
            yield Input(self._target, compact=True, id="compare-target")
            yield Label(" Ports ")
            yield Input(placeholder="listening and usual", compact=True, id="compare-ports")
        with Horizontal():
            yield Label(" List   ")
            yield Choice([(one, one.value) for one in Source], Source.OWN, id="compare-source")
            yield Input(placeholder="ssh host, or file", compact=True, id="compare-where")
            yield Label(" From  ")
            yield Input(placeholder="here, or an ssh host", compact=True, id="compare-from")

    @property
    def typed(self) -> Typed:
        """What the form says now."""
        names = ("target", "ports", "where", "from")
        target, ports, where, host = (self.query_one(f"#compare-{name}", Input).value for name in names)
        source: Source = self.query_one(Choice).value
        return Typed(target, ports, source, where.strip(), host.strip())

    def focus_first(self) -> None:
        """Type the target."""
        self.query_one("#compare-target", Input).focus()

    def look_at_own(self) -> None:
        """Ask for this machine's own addresses and list; who looks is typed next, since it cannot see itself."""
        self.query_one("#compare-target", Input).value = " ".join(reachable_addresses()[:MOST_ADDRESSES])
        self.query_one(Choice).choose(Source.OWN)
        self.query_one("#compare-from", Input).focus()
