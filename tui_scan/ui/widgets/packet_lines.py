"""The rows of the packets' table: which packets, in which order, and what a row says; decoded only when drawn."""

from collections import OrderedDict
from collections.abc import Hashable, Sequence

import numpy as np
import numpy.typing as npt
from rich.style import Style

from tui_scan.engine.scan import Scan
from tui_scan.exchange.calls import told
from tui_scan.exchange.decode import decode
from tui_scan.exchange.packet_rows import PacketKey, PacketList
from tui_scan.exchange.packet_source import NO_CELL
from tui_scan.exchange.steps import Step
from tui_scan.exchange.trace import ends
from tui_scan.language import translate
from tui_scan.model.filter_terms import Term
from tui_scan.model.packets import Event, Packet
from tui_scan.ui.glyphs import STYLES, GlyphSet, Look, look_of
from tui_scan.ui.widgets.exchange_ladder import sender
from tui_scan.ui.widgets.results_filter import Masks
from tui_scan.ui.widgets.table_columns import TableColumn
from tui_scan.ui.widgets.virtual_table import Cell

COLUMNS = (
    TableColumn("time", "Time s", 10, right=True),
    TableColumn("who", "Who", 8),
    TableColumn("host", "Host", 13, hide=4, grow=1, most=24, cut_middle=True),
    TableColumn("port", "Port", 9, right=True),
    TableColumn("packet", "Packet", 21, grow=3, most=60),
    TableColumn("state", "Port is", 13, hide=1),
    TableColumn("length", "Bytes", 5, right=True, hide=5),
    TableColumn("ends", "From and to", 44, hide=6, grow=1),
)
REMEMBERED = 500
"""Rows whose words are kept, so that a page is not decoded at each repaint."""

PAGE = 64
"""Rows that are rebuilt together: a page is asked for row by row."""


class PacketLines:
    """Rows over a ``PacketList``; ``shown`` are the places of the packets that are shown (int64), in their order."""

    def __init__(self, scan: Scan, packets: PacketList, shown: npt.NDArray[np.int64], glyphs: GlyphSet) -> None:
        self.scan, self.packets, self.shown, self._glyphs = scan, packets, shown, glyphs
        self._items: OrderedDict[int, Packet | Event] = OrderedDict()
        self._steps: OrderedDict[int, Step] = OrderedDict()

    def __len__(self) -> int:
        return len(self.shown)

    @property
    def columns(self) -> tuple[TableColumn, ...]:
        """The table's columns; a single host needs no column of its own."""
        return COLUMNS if self.scan.hosts.count > 1 else COLUMNS[:2] + COLUMNS[3:]

    def key(self, row: int) -> PacketKey:
        """The packet's time, log and number."""
        return self.packets.key(int(self.shown[row]))

    def find(self, key: Hashable) -> int | None:
        """The row of a packet."""
        place = self.packets.find(key) if isinstance(key, PacketKey) else None
        if place is None:
            return None
        row = int(np.searchsorted(self.shown, place))
        return row if row < len(self.shown) and self.shown[row] == place else None

    def sort(self, column: str, descending: bool) -> None:
        """The order of a log is that of its times."""

    def cell(self, row: int) -> tuple[int, int] | None:
        """The host's number and the column that a row belongs to; None for packets of discovery and the like."""
        cell = int(self.packets.cell[self.shown[row]])
        return None if cell == NO_CELL else divmod(cell, self.scan.columns.count)

    def item(self, row: int) -> Packet | Event:
        """The packet, or what a call told."""
        if row not in self._items:
            rows = np.arange(row - row % PAGE, min(len(self.shown), row - row % PAGE + PAGE))
            self._items.update(zip(rows.tolist(), self.packets.items(self.shown[rows]), strict=True))
            while len(self._items) > REMEMBERED:
                self._items.popitem(last=False)
        return self._items[row]

    def cells(self, row: int) -> Sequence[Cell]:
        """One line of the table."""
        item, step, cell = self.item(row), self._step(row), self.cell(row)
        arrow, (who, style) = sender(step, self._glyphs)
        since = max(0, item.time_ns - self.scan.started_ns) / 1e9
        host, port, state = self._of_port(*cell) if cell else ("-", "-", _discovery())
        return (
            f"{since:.6f}",
            (f"{arrow} {translate(who)}", style),
            *((host,) if self.scan.hosts.count > 1 else ()),
            port,
            packet_words(step),
            state,
            str(item.wire_length) if isinstance(item, Packet) else "-",
            ends(item.data) if isinstance(item, Packet) else item.detail,
        )

    def _of_port(self, host: int, column: int) -> tuple[str, str, Cell]:
        """Whose packet it is: the host, the port, and what that port is."""
        verdict = self.scan.verdict(host, column)
        look = look_of(verdict.state, verdict.reason, verdict.tries)
        label = look.label if look is Look.IN_FLIGHT else verdict.state.label
        name = self.scan.hosts.names.get(host) or verdict.address
        return name, f"{verdict.port}/{verdict.protocol}", (f"{self._glyphs.of(look)} {label}", STYLES[look])

    def _step(self, row: int) -> Step:
        if row not in self._steps:
            item = self.item(row)
            self._steps[row] = decode(item, None) if isinstance(item, Packet) else told(item, None)
            if len(self._steps) > REMEMBERED:
                self._steps.popitem(last=False)
        return self._steps[row]


def _discovery() -> Cell:
    return f"- {translate('discovery')}", Style(dim=True)


def packet_words(step: Step) -> str:
    """``SYN, ACK  win=64240 ttl=64 mss=1460 seq=…``: what tells packets apart first."""
    words = [f"win={step.window}"] if step.window is not None else []
    words += [f"ttl={step.ttl}"] if step.ttl is not None else []
    words += [f"len={step.payload_length}"] if step.payload_length else []
    words += [step.options] if step.options else []
    words += [f"seq={step.seq}"] if step.seq is not None else []
    words += [f"ack={step.ack}"] if "A" in step.flags else []
    text = "  ".join(filter(None, (step.summary, " ".join(words), step.note)))
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def arrange(packets: PacketList, terms: tuple[Term, ...], masks: Masks) -> npt.NDArray[np.int64]:
    """The places of the packets that a filter chooses; in a thread where there are many."""
    from tui_scan.ui.widgets.packet_filter import chosen

    return np.flatnonzero(chosen(packets, terms, masks)) if terms else np.arange(len(packets))
