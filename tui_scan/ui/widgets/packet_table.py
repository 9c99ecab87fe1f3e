"""The table of all packets, with the keys that a packet log has."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from tui_scan.ui.widgets.packet_lines import COLUMNS, PacketLines
from tui_scan.ui.widgets.virtual_table import VirtualTable


class PacketTable(VirtualTable):
    """Follows the newest packet while the cursor is on the last row; ``frozen`` holds it still."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "packet", id="packets.packet", tooltip="the fields and bytes of the packet"),
        Binding("p", "ask('port')", "its port", id="packets.port", tooltip="go to the packet's port in the scan view"),
        Binding("slash", "ask('filter')", "filter", id="packets.filter", tooltip="show the packets that match"),
        Binding("z", "ask('freeze')", "freeze", id="packets.freeze", tooltip="hold the list still, or let it go on"),
        Binding("y", "ask('copy')", "copy", id="packets.copy", tooltip="send the packet's exchange to the clipboard"),
        Binding("E", "ask('save')", "save", id="packets.save", tooltip="write the packet's exchange to a file"),
    ]

    class Asked(Message):
        """The person wants something of the view: port, filter, freeze, copy or save."""

        def __init__(self, what: str) -> None:
            super().__init__()
            self.what = what

    def __init__(self, *, empty: str = "", id: str | None = None) -> None:
        super().__init__(COLUMNS, empty=empty, id=id)
        self.frozen = False

    @property
    def lines(self) -> PacketLines | None:
        """The packets that are shown."""
        return self.rows if isinstance(self.rows, PacketLines) else None

    def take(self, lines: PacketLines, *, chosen: bool = False) -> None:
        """Show newer packets; who is at the end stays there. ``chosen`` says that another filter chose them."""
        at_end = self.cursor >= len(self.rows) - 1
        self.rows, self.columns = lines, lines.columns
        if at_end:
            self._cursor_key = None
            self.cursor = max(0, len(lines) - 1)
        if chosen:
            self.chosen()
        else:
            self.updated()
        if at_end and len(lines):
            self.move_to(len(lines) - 1)

    def sort_by(self, column: str, descending: bool = False) -> None:
        """Nothing: the order of a log is that of its times."""

    def action_ask(self, what: str) -> None:
        """Pass on a wish."""
        self.post_message(self.Asked(what))
