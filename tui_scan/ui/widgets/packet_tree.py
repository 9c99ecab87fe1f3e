"""The tree of a packet's fields, of which parts can be folded; only the lines on the screen are formatted."""

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from tui_scan.exchange.field_tree import Field, flattened
from tui_scan.ui.glyphs import glyphs_of
from tui_scan.ui.widgets.cursor_view import CursorView
from tui_scan.ui.widgets.table_columns import cut

NAME, NAME_NARROW = 32, 22
"""Character cells of a field's name, its indentation included, in 70 columns and more, and in less."""


class FieldTree(CursorView):
    """The fields with a cursor; ``Pointed`` tells which one the person came to."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "up", show=False, id="fields.up", tooltip="one field up"),
        Binding("down,j", "move(1)", "down", show=False, id="fields.down", tooltip="one field down"),
        Binding("left,h", "fold(True)", "fold", show=False, id="fields.fold", tooltip="fold, or go to the layer"),
        Binding("right,l", "fold(False)", "open", show=False, id="fields.open", tooltip="unfold"),
        Binding("enter,space", "turn", "fold", id="fields.turn", tooltip="fold or unfold"),
        Binding("pageup", "page(-1)", "page up", show=False, id="fields.page_up", tooltip="one page up"),
        Binding("pagedown", "page(1)", "page down", show=False, id="fields.page_down", tooltip="one page down"),
        Binding("g,home", "move(-9999)", "top", show=False, id="fields.first", tooltip="to the first field"),
        Binding("G,end", "move(9999)", "end", show=False, id="fields.last", tooltip="to the last field"),
    ]

    class Pointed(Message):
        """The cursor came to another field."""

        def __init__(self, field: Field) -> None:
            super().__init__()
            self.field = field

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._tree: tuple[Field, ...] = ()
        self._open: set[Field] = set()
        self._lines: list[tuple[int, Field]] = []
        self.cursor = 0
        self._fresh = True

    @property
    def field(self) -> Field | None:
        """The field under the cursor."""
        return self._lines[self.cursor][1] if self.cursor < len(self._lines) else None

    def show(self, tree: tuple[Field, ...]) -> None:
        """Show a packet; the layer that a scan is about is unfolded, all where there is room."""
        self._tree, self._fresh = tree, True
        self._unfold()

    def select(self, field: Field) -> None:
        """Bring the cursor to a field, unfolding what it is part of."""
        self._open |= set(_above(self._tree, field))
        self._arrange()
        self._go(next((at for at, (_, one) in enumerate(self._lines) if one is field), 0), tell=False)

    def action_move(self, by: int) -> None:
        """Move the cursor by lines."""
        self._go(self.cursor + by)

    def action_page(self, way: int) -> None:
        """Move the cursor by pages."""
        self._go(self.cursor + way * max(1, self.size.height - 1))

    def action_turn(self) -> None:
        """Fold what is unfolded, and the other way round."""
        if self.field is not None:
            self.action_fold(self.field in self._open)

    def action_fold(self, fold: bool) -> None:
        """Fold or unfold the field under the cursor; a part that has none leads to what it is part of."""
        field = self.field
        if field is None:
            return
        if fold and (not field.children or field not in self._open):
            above = _above(self._tree, field)
            if above:
                self._go(next(at for at, (_, one) in enumerate(self._lines) if one is above[-1]))
            return
        (self._open.discard if fold else self._open.add)(field)
        self._arrange()

    def on_click(self, event: events.Click) -> None:
        """The field under the mouse; a second click folds it."""
        offset = event.get_content_offset(self)
        line = self.scroll_offset.y + offset.y if offset is not None else len(self._lines)
        if line < len(self._lines):
            if line == self.cursor:
                self.action_turn()
            self._go(line)

    def on_resize(self) -> None:
        """Unfold all where there is room now, as long as the person has not come to a field."""
        if self._fresh:
            self._unfold()
        else:
            self._arrange()

    def _unfold(self) -> None:
        every = [field for _, field in flattened(self._tree) if field.children]
        all_fit = sum(1 for _ in flattened(self._tree)) <= self.size.height
        chosen = min(1, len(self._tree) - 1)
        self._open = set(every) if all_fit else {self._tree[chosen]} if self._tree else set()
        self._arrange()
        self._go(next((at for at, (_, one) in enumerate(self._lines) if self._tree and one is self._tree[chosen]), 0))
        self._fresh = True

    def _arrange(self) -> None:
        self._lines, hidden = [], 0
        for depth, field in flattened(self._tree):
            if depth <= hidden:
                self._lines.append((depth, field))
                hidden = depth + (field in self._open)
        self.virtual_size = Size(self.scrollable_content_region.width, len(self._lines))
        self.cursor = max(0, min(self.cursor, len(self._lines) - 1))
        self.refresh()

    def _go(self, line: int, tell: bool = True) -> None:
        self._fresh = False
        self.cursor = max(0, min(line, len(self._lines) - 1))
        self.bring_into_view(self.cursor)
        if tell and self.field is not None:
            self.post_message(self.Pointed(self.field))

    def render_line(self, y: int) -> Strip:
        """One field: its name indented by its depth, then its value."""
        width, base = self.scrollable_content_region.width, self.rich_style
        at = self.scroll_offset.y + y
        if at >= len(self._lines):
            return Strip.blank(width, base)
        depth, field = self._lines[at]
        mark = (
            (Style(reverse=True) if self.has_focus else Style(underline=True, bold=True))
            if at == self.cursor
            else Style()
        )
        sign = ("-" if field in self._open else "+") if field.children else " "
        name, more = f"{'  ' * depth}{sign} {field.name}", glyphs_of(self.app).more
        name = cut(name, NAME if width >= 70 else NAME_NARROW, False, False, more) if depth else name
        value = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in field.value)
        style = base + Style(bold=not depth) + mark
        pieces = [Segment(f"{name} ", style), Segment(f" {value}", base + Style(dim=not depth) + mark)]
        return Strip(pieces).crop_extend(0, width, base + mark)


def _above(tree: tuple[Field, ...], field: Field) -> list[Field]:
    """What a field is part of, the outermost first."""
    for one in tree:
        if one is field:
            return []
        if any(part is field for _, part in flattened(one.children)):
            return [one, *_above(one.children, field)]
    return []
