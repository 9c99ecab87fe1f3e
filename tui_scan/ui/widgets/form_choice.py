"""A field with a few values in one line: left and right choose, and what cannot be chosen is dim."""

from collections.abc import Collection, Sequence
from typing import ClassVar, Generic, TypeVar

from rich.text import Text
from textual import events
from textual.app import RenderResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget

T = TypeVar("T")


class Choice(Widget, Generic[T], can_focus=True):
    """One of ``options``, each a value and its word; ``disabled_values`` cannot be chosen.

    ``taken`` is what holds in place of all of them, where something does; then none can be chosen.
    """

    DEFAULT_CSS = "Choice { height: 1; width: 1fr; }"
    COMPONENT_CLASSES = {"choice--chosen", "choice--dim", "choice--focus"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "turn(-1)", "previous value", show=False),
        Binding("right,l,space", "turn(1)", "next value", show=False),
    ]

    class Changed(Message):
        """Another value was chosen."""

        def __init__(self, choice: "Choice") -> None:  # type: ignore[type-arg]
            super().__init__()
            self.choice = choice

    def __init__(
        self,
        options: Sequence[tuple[T, str]],
        value: T,
        *,
        disabled_values: Collection[T] = (),
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self.options, self.value = tuple(options), value
        self.disabled_values = disabled_values
        self.taken = ""
        self._ends: list[tuple[int, T]] = []

    def take_place(self, word: str) -> None:
        """Show that this holds, whatever is chosen here; nothing lets the choice hold again."""
        if word != self.taken:
            self.taken = word
            self.refresh()

    def choose(self, value: T) -> None:
        """Take a value, if it may be taken."""
        if not self.taken and value != self.value and value not in self.disabled_values:
            self.value = value
            self.refresh()
            self.post_message(self.Changed(self))

    def action_turn(self, by: int) -> None:
        """Choose the next value, or the one before."""
        free = [value for value, _ in self.options if value not in self.disabled_values]
        at = free.index(self.value) if self.value in free else 0
        self.choose(free[(at + by) % len(free)])

    def on_click(self, event: events.Click) -> None:
        """Choose the value under the mouse."""
        for end, value in self._ends:
            if event.x < end:
                self.choose(value)
                return

    def render(self) -> RenderResult:
        """The words in a line, the chosen one marked by brackets and colour; a line too long is shown around it."""
        text = Text(no_wrap=True, overflow="crop")
        ends: list[tuple[int, T]] = []
        shown = 0
        mark = "choice--focus" if self.has_focus else "choice--chosen"
        if self.taken:
            text.append(f"[{self.taken}]", self.get_component_rich_style(mark))
            words = "".join(f" {word} " for _, word in self.options if word != self.taken)
            return text.append(words, self.get_component_rich_style("choice--dim"))
        for value, word in self.options:
            if value == self.value:
                text.append(f"[{word}]", self.get_component_rich_style(mark))
                shown = text.cell_len
            elif value in self.disabled_values:
                text.append(f" {word} ", self.get_component_rich_style("choice--dim"))
            else:
                text.append(f" {word} ")
            ends.append((text.cell_len, value))
        width = self.size.width
        hidden = 0 if text.cell_len <= width else max(0, min(shown + width // 3, text.cell_len) - width)
        self._ends = [(end - hidden, value) for end, value in ends]
        if text.cell_len - hidden > width:
            text = Text.assemble(text[hidden : hidden + width - 1], (">", self.get_component_rich_style("choice--dim")))
        else:
            text = text[hidden:]
        if hidden:
            text = Text.assemble(("<", self.get_component_rich_style("choice--dim")), text[1:])
        return text
