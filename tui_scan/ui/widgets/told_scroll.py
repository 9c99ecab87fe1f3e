"""A text that may be longer than its pane: a person scrolls it by the keys of the tables."""

from collections.abc import Hashable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.visual import VisualType
from textual.widgets import Static


class ToldScroll(VerticalScroll):
    """Shows what ``tell`` gets."""

    DEFAULT_CSS = "ToldScroll { scrollbar-size-vertical: 1; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "back", id="told.leave", tooltip="back to the list"),
        Binding("down,j", "scroll_down", "scroll", id="told.down", tooltip="one line down"),
        Binding("up,k", "scroll_up", "up", show=False, id="told.up", tooltip="one line up"),
        Binding("g,home", "scroll_home", "top", show=False, id="told.first", tooltip="to the first line"),
        Binding("G,end", "scroll_end", "end", show=False, id="told.last", tooltip="to the last line"),
    ]

    class Left(Message):
        """The person wants to go back to the list."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._subject: Hashable = None

    def compose(self) -> ComposeResult:
        """The text."""
        yield Static(markup=False)

    def tell(self, text: VisualType, subject: Hashable) -> None:
        """Show another text; of another subject it is shown from its beginning."""
        self.query_one(Static).update(text)
        if subject != self._subject:
            self._subject = subject
            self.scroll_home(animate=False, force=True)

    def action_leave(self) -> None:
        """Go back."""
        self.post_message(self.Left())
