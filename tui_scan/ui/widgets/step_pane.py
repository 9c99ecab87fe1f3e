"""The pane of step mode: lines that scroll, the target's beside the scanner's where there is room, and the keys."""

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui_scan.exchange.prediction import MOST
from tui_scan.ui.widgets.exchange_lines import DIM, Line

BESIDE_FROM = 120
"""Columns from which the target's side stands beside the scanner's."""

_DIGITS = range(1, MOST + 1)


class StepPane(ScrollView, can_focus=True):
    """Shows lines; passes on the person's wishes as ``Asked``.

    ``choices`` is how many predictions can be chosen by their numbers just now: where there are none, digits are the
    views' as everywhere.
    """

    DEFAULT_CSS = """
    StepPane { overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; scrollbar-gutter: stable; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space,n,enter", "ask('next')", "next", id="step.next", tooltip="send, show what came next, next port"),
        Binding("o", "ask('other')", "other side", id="step.other", tooltip="what the target saw (in the lab)"),
        Binding("r", "ask('again')", "again", id="step.again", tooltip="one more probe to the same port"),
        Binding("a", "ask('flow')", "flow", id="step.flow", tooltip="show packets as they come, or one a key press"),
        Binding("c", "ask('edit')", "edit", id="step.edit", tooltip="edit target, ports and scan type"),
        Binding("left,h", "ask('back')", "back", show=False, id="step.back", tooltip="one step back"),
        Binding("right,l", "ask('forth')", "forth", show=False, id="step.forth", tooltip="one step forth again"),
        *(
            Binding(
                str(digit),
                f"predict({digit})",
                show=False,
                key_display=f"1-{MOST}",
                tooltip="predict the answer, and send the probe" if digit == 1 else "",
            )
            for digit in _DIGITS
        ),
        Binding(
            "escape", "ask('keep')", "keep back", show=False, id="step.keep", tooltip="keep the probe back, or end it"
        ),
        Binding("y", "ask('copy')", "copy", show=False, id="step.copy", tooltip="send what is told to the clipboard"),
        Binding("E", "ask('save')", "save", show=False, id="step.save", tooltip="write the probe's exchange to a file"),
        Binding("up,k", "scroll_up", "up", show=False, tooltip="one line up"),
        Binding("down,j", "scroll_down", "down", show=False, tooltip="one line down"),
    ]

    class Asked(Message):
        """The person wants something of the view; ``number`` is the prediction that was chosen."""

        def __init__(self, what: str, number: int = 0) -> None:
            super().__init__()
            self.what, self.number = what, number

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.choices = 0
        self._lines: list[Line] = []
        self._here = 0

    def room(self, sides: int) -> int:
        """The width of a side, where one or two are shown: half of a wide pane, or all of a narrow one."""
        width = self.scrollable_content_region.width
        return (width - 3) // 2 if sides == 2 and self.wide else width

    @property
    def wide(self) -> bool:
        """There is room for two sides."""
        return self.size.width >= BESIDE_FROM

    @property
    def text(self) -> str:
        """What is shown, to copy."""
        return "\n".join("".join(text for text, _ in line).rstrip() for line in self._lines)

    def show(self, here: Sequence[Line], there: Sequence[Line], rule: str) -> None:
        """Show the scanner's lines, each at most ``room(2)`` wide, and the target's beside or below them, if any.

        ``rule`` is the character between the two.
        """
        lines = _beside(here, there, self.room(2), rule) if self.wide and there else _below(here, there)
        if lines != self._lines:
            self._lines, self._here = lines, len(here)
            self.virtual_size = Size(self.scrollable_content_region.width, len(lines))
            self.refresh()

    def go_below(self) -> None:
        """In a narrow pane: scroll so that the target's lines are seen, which stand below."""
        if not self.wide:
            self.scroll_to(y=self._here, animate=False, force=True)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Digits are predictions only while one is asked for."""
        if action == "predict":
            return isinstance(parameters[0], int) and parameters[0] <= self.choices
        return True

    def action_ask(self, what: str) -> None:
        """Pass on a wish."""
        self.post_message(self.Asked(what))

    def action_predict(self, number: int) -> None:
        """Pass on a prediction."""
        self.post_message(self.Asked("predict", number))

    def render_line(self, y: int) -> Strip:
        """One line."""
        base, width = self.rich_style, self.scrollable_content_region.width
        at = self.scroll_offset.y + y
        if at >= len(self._lines):
            return Strip.blank(width, base)
        pieces = [Segment(text, base + style) for text, style in self._lines[at] if text]
        return Strip(pieces).adjust_cell_length(width, base)


def _below(here: Sequence[Line], there: Sequence[Line]) -> list[Line]:
    return [*here, (), *there] if there else list(here)


def _beside(here: Sequence[Line], there: Sequence[Line], width: int, rule: str) -> list[Line]:
    lines: list[Line] = []
    for row in range(max(len(here), len(there))):
        left: Line = here[row] if row < len(here) else ()
        right: Line = there[row] if row < len(there) else ()
        room = width - sum(len(text) for text, _ in left)
        lines.append((*left, (" " * max(0, room) + f" {rule} ", DIM), *right))
    return lines
