"""The choice of a network namespace whose sockets the local view shows."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui_scan.language import translate
from tui_scan.local.namespaces import Namespace


class NamespaceChoice(ModalScreen[Namespace | None]):
    """All namespaces that can be seen; Enter gives the chosen one, Esc None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "close", show=False),
        Binding("j", "move(1)", "down", show=False),
        Binding("k", "move(-1)", "up", show=False),
    ]

    DEFAULT_CSS = """
    NamespaceChoice OptionList, NamespaceChoice OptionList:focus {
        height: auto; max-height: 16; border: none; padding: 0; background: $background;
    }
    """

    def __init__(self, found: list[Namespace], chosen: Namespace | None) -> None:
        """``chosen`` is the one that is shown now, None for this process's own."""
        super().__init__()
        self._found, self._chosen = found, chosen

    def compose(self) -> ComposeResult:
        """A line a namespace."""
        with Vertical(classes="dialog"):
            yield Static(translate("Whose sockets? Each network namespace has its own."), markup=False)
            yield OptionList(*(Option(_words(one)) for one in self._found), markup=False)
            yield Static(translate("Enter show    Esc close"), classes="dialog-keys", markup=False)

    def on_mount(self) -> None:
        """The cursor on what is shown now."""
        number = self._chosen.number if self._chosen else None
        at = next((row for row, one in enumerate(self._found) if one.number == number or (not number and one.own)), 0)
        choices = self.query_one(OptionList)
        choices.highlighted = at
        choices.focus()

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._found[event.option_index])

    def action_move(self, by: int) -> None:
        """Move the cursor."""
        choices = self.query_one(OptionList)
        choices.action_cursor_down() if by > 0 else choices.action_cursor_up()

    def action_close(self) -> None:
        """Keep what is shown."""
        self.dismiss(None)


def _words(one: Namespace) -> str:
    many = translate("1 process" if one.processes == 1 else "{count} processes", count=one.processes)
    parts = [translate("this one") if one.own else one.title, many]
    first = f"{one.pid}/{one.program}"
    if one.pid is not None and not one.own and first != one.title:
        parts.append(translate("first {process}", process=first))
    if one.unit and one.unit != one.title:
        parts.append(one.unit)
    return "  ".join((*parts, str(one.number)))
