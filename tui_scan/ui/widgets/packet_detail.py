"""One packet: the tree of its fields and its bytes, the chosen field marked in both; or what a call told."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Container
from textual.widgets import Static

from tui_scan.exchange.calls import told
from tui_scan.exchange.field_tree import Field, field_at
from tui_scan.exchange.fields import fields
from tui_scan.language import translate
from tui_scan.model.packets import Event, Packet
from tui_scan.ui.glyphs import ASCII, glyphs_of
from tui_scan.ui.widgets.packet_bytes import WIDTH, HexDump
from tui_scan.ui.widgets.packet_tree import FieldTree

BESIDE_FROM = WIDTH + 62
"""Columns from which tree and bytes stand side by side."""

TALL_FROM = 16
"""Rows from which two are spent on what the chosen field is for."""

NO_BYTES = (
    "The kernel told this; nobody saw the packet, so there are no bytes to show. A scan with raw sockets captures them."
)
ONE_BYTE = "{field}, byte {first}. {meaning}"
MANY_BYTES = "{field}, bytes {first} to {last}. {meaning}"
NOTHING = "Nothing came, so there is nothing to show."


class PacketDetail(Container):
    """Shows one item of an exchange."""

    DEFAULT_CSS = """
    PacketDetail { layout: vertical; }
    PacketDetail #packet-parts { layout: vertical; height: 1fr; }
    PacketDetail FieldTree { height: 1fr; }
    PacketDetail HexDump { height: auto; max-height: 8; border-top: solid ansi_bright_black; }
    PacketDetail #packet-meaning { height: 1; color: ansi_bright_black; padding: 0 1; }
    PacketDetail.tall #packet-meaning { height: 2; }
    PacketDetail #packet-told { height: 1fr; padding: 1 2; display: none; }
    PacketDetail.told #packet-told { display: block; }
    PacketDetail.told #packet-parts, PacketDetail.told #packet-meaning { display: none; }
    PacketDetail.wide #packet-parts { layout: horizontal; }
    PacketDetail HexDump:focus { border-top: solid $accent; }
    PacketDetail.plain HexDump { border-top: ascii ansi_bright_black; }
    PacketDetail.plain HexDump:focus { border-top: ascii $accent; }
    PacketDetail.wide HexDump { width: 76; height: 1fr; max-height: 100%; border-top: none; margin-left: 1; }
    PacketDetail.wide HexDump:focus, PacketDetail.wide.plain HexDump { border-top: none; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._tree: tuple[Field, ...] = ()
        self.text = ""

    def compose(self) -> ComposeResult:
        """Fields, bytes, and a line that says what the chosen field is for."""
        with Container(id="packet-parts"):
            yield FieldTree(id="packet-fields")
            yield HexDump(id="packet-bytes")
        yield Static(id="packet-meaning", markup=False)
        yield Static(id="packet-told", markup=False)

    def on_mount(self) -> None:
        """Without Unicode, rules of hyphens."""
        self.set_class(glyphs_of(self.app) is ASCII, "plain")

    @property
    def field_tree(self) -> FieldTree:
        """The fields."""
        return self.query_one(FieldTree)

    @property
    def dump(self) -> HexDump:
        """The bytes."""
        return self.query_one(HexDump)

    def show(self, item: Packet | Event | None) -> None:
        """Show a packet, what a call told, or that nothing came (None)."""
        self.set_class(not isinstance(item, Packet), "told")
        if isinstance(item, Packet):
            self._tree = fields(item)
            self.dump.show(item.data)
            self._size_dump()
            self.field_tree.show(self._tree)
            return
        self._tree = ()
        self.query_one("#packet-told", Static).update(_told_words(item) if item else translate(NOTHING))

    def on_resize(self) -> None:
        """Side by side where there is room."""
        self.set_class(self.size.width >= BESIDE_FROM, "wide")
        self.set_class(self.size.height >= TALL_FROM, "tall")
        self.call_after_refresh(self._size_dump)

    def _size_dump(self) -> None:
        wide = self.has_class("wide")
        self.dump.styles.height = "1fr" if wide else min(8, self.dump.lines_needed, max(2, self.size.height // 2)) + 1

    @on(FieldTree.Pointed)
    def _field_pointed(self, event: FieldTree.Pointed) -> None:
        event.stop()
        self._mark(event.field, None)

    @on(HexDump.Pointed)
    def _byte_pointed(self, event: HexDump.Pointed) -> None:
        event.stop()
        field = field_at(self._tree, event.offset)
        if field is not None:
            self.field_tree.select(field)
            self._mark(field, event.offset)

    def _mark(self, field: Field, cursor: int | None) -> None:
        layer = next((one for one in self._tree if one.start <= field.start < max(one.end, one.start + 1)), field)
        self.dump.mark(range(field.start, field.end), range(layer.start, layer.end), cursor)
        one = field.end - field.start == 1
        text = translate(
            ONE_BYTE if one else MANY_BYTES,
            field=field.name,
            first=field.start,
            last=field.end - 1,
            meaning=field.meaning,
        )
        self.query_one("#packet-meaning", Static).update(text)


def _told_words(event: Event) -> str:
    step = told(event, None)
    return "\n\n".join(
        filter(None, (step.summary, step.note and f"{step.note[:1].upper()}{step.note[1:]}.", translate(NO_BYTES)))
    )
