"""A heading in the form that opens and closes the fields under it."""

from typing import ClassVar

from rich.text import Text
from textual.app import RenderResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget

from tui_scan.language import translate


class Fold(Widget, can_focus=True):
    """One line: a mark, the title, and how many fields under it were changed. Enter, space and a click turn it."""

    DEFAULT_CSS = "Fold { height: 1; }"
    COMPONENT_CLASSES = {"fold--title", "fold--focus"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "turn", "open or close", show=False),
        Binding("right,l", "turn(True)", "open", show=False),
        Binding("left,h", "turn(False)", "close", show=False),
    ]

    class Turned(Message):
        """It was opened or closed."""

        def __init__(self, fold: "Fold") -> None:
            super().__init__()
            self.fold = fold

    def __init__(self, title: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.title, self.open, self.changed = title, False, 0

    def mark_changed(self, count: int) -> None:
        """Tell how many fields under it hold something unusual."""
        if count != self.changed:
            self.changed = count
            self.refresh()

    def action_turn(self, to: bool | None = None) -> None:
        """Open what is closed and close what is open, or as asked."""
        wanted = not self.open if to is None else to
        if wanted != self.open:
            self.open = wanted
            self.refresh()
            self.post_message(self.Turned(self))

    def on_click(self) -> None:
        """Turn it."""
        self.action_turn()

    def render(self) -> RenderResult:
        """``+ timing  (2 changed)``, with a minus where it is open."""
        style = self.get_component_rich_style("fold--focus" if self.has_focus else "fold--title")
        text = Text(no_wrap=True, overflow="crop")
        text.append(f"{'-' if self.open else '+'} {translate(self.title)}", style)
        if self.changed:
            text.append(f"  {translate('{count} changed', count=self.changed)}")
        return text
