"""What the keys of the packets' view do: open a packet, go to its port, filter, hold still, copy, save."""

from collections.abc import Callable

from textual import on, work
from textual.widget import Widget
from textual.widgets import Input

from tui_scan.language import translate
from tui_scan.ui.saving import save_exchange
from tui_scan.ui.screens.packet import PacketScreen
from tui_scan.ui.session import Session
from tui_scan.ui.widgets.packet_table import PacketTable


class PacketsActions(Widget):
    """The actions behind the keys of ``PacketTable``."""

    session: Session
    show_port: Callable[[int, int], None]

    @property
    def table(self) -> PacketTable:
        """The table of packets."""
        return self.query_one(PacketTable)

    @on(PacketTable.Asked)
    def _asked(self, event: PacketTable.Asked) -> None:
        event.stop()
        actions: dict[str, Callable[[], object]] = {
            "port": self._go,
            "filter": self._ask_filter,
            "freeze": self._freeze,
            "copy": self._copy,
            "save": self._save,
        }
        actions[event.what]()

    @on(PacketTable.RowSelected)
    def _open(self, event: PacketTable.RowSelected) -> None:
        event.stop()
        lines = self.table.lines
        if lines is None:
            return
        wanted, cell = lines.item(event.row), lines.cell(event.row)
        if cell is None:
            title = translate("discovery, or a test of a doubtful host")
            self.app.push_screen(PacketScreen(lambda: [wanted], 0, title))
            return
        items = lines.scan.exchange(*cell)
        at = next((number for number, item in enumerate(items) if item == wanted), 0)
        self.app.push_screen(PacketScreen.of_port(lines.scan, *cell, at))

    def _here(self) -> tuple[int, int] | None:
        """The port of the packet under the cursor."""
        lines = self.table.lines
        here = lines.cell(self.table.cursor) if lines is not None and self.table.cursor < len(lines) else None
        if here is None:
            self.notify(translate("There is no port's packet here."), severity="warning")
        return here

    def _go(self) -> None:
        here = self._here()
        if here is not None:
            self.show_port(*here)

    def _ask_filter(self) -> None:
        line = self.query_one("#packets-filter", Input)
        line.display = True
        line.focus()

    def _freeze(self) -> None:
        self.table.frozen = not self.table.frozen

    @work(exclusive=True, group="export")
    async def _save(self) -> None:
        here, lines = self._here(), self.table.lines
        if here is not None and lines is not None:
            await save_exchange(self.app, lines.scan, *here)

    def _copy(self) -> None:
        here, lines = self._here(), self.table.lines
        if here is None or lines is None:
            return
        from tui_scan.exchange.story import story
        from tui_scan.exchange.text import full_text

        self.app.copy_to_clipboard(full_text(story(lines.scan, *here)))
        self.notify(translate("The exchange was sent to the terminal's clipboard."))
