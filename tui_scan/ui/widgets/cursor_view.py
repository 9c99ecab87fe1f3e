"""Lines that scroll up and down, with a cursor that looks another way where the keys go elsewhere."""

from textual.scroll_view import ScrollView


class CursorView(ScrollView, can_focus=True):
    """What the views of lines have in common; where the cursor is, and how a line looks, is theirs."""

    DEFAULT_CSS = "CursorView { overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; }"

    def bring_into_view(self, line: int) -> None:
        """Scroll as little as shows a line, and draw all anew."""
        top, height = self.scroll_offset.y, max(1, self.size.height)
        if not top <= line < top + height:
            self.scroll_to(y=line if line < top else line - height + 1, animate=False, force=True)
        self.refresh()

    def on_focus(self) -> None:
        """Show the cursor as the focused one."""
        self.refresh()

    def on_blur(self) -> None:
        """Show that the keys go elsewhere."""
        self.refresh()
