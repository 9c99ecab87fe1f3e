"""One packet of an exchange, field by field and byte by byte; the packets before and after it are a key away."""

from collections.abc import Callable, Sequence
from typing import ClassVar, Self

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Static

from tui_scan.engine.scan import Scan
from tui_scan.exchange.field_tree import flattened
from tui_scan.exchange.fields import fields
from tui_scan.exchange.steps import Step
from tui_scan.exchange.story import MOST_STEPS, steps_of
from tui_scan.exchange.text import step_words, time_text
from tui_scan.language import translate
from tui_scan.model.packets import Event, Packet
from tui_scan.ui.glyphs import ASCII, GlyphSet, glyphs_of
from tui_scan.ui.host_words import host_words
from tui_scan.ui.keys import Key, of_widget
from tui_scan.ui.widgets.exchange_ladder import sender
from tui_scan.ui.widgets.packet_detail import PacketDetail
from tui_scan.ui.widgets.status import KeyLine

PINNED, IN_ORDER = {"packet.back": -1, "packet.help": -2}, 2
"""Ranks in the footer of the keys at its right end, and of the others."""


class PacketScreen(Screen[None]):
    """Shows ``items`` one at a time."""

    DEFAULT_CSS = """
    PacketScreen #packet-title { height: 1; text-wrap: nowrap; text-overflow: ellipsis; color: $accent; }
    PacketScreen #packet-step { height: auto; max-height: 3; padding: 0 1; border-bottom: solid ansi_bright_black; }
    PacketScreen PacketDetail { height: 1fr; }
    PacketScreen.plain #packet-step { border-bottom: ascii ansi_bright_black; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,backspace", "back", "back", id="packet.back", tooltip="back to where you came from"),
        Binding("n,right_square_bracket", "turn(1)", "next packet", id="packet.next", tooltip="to the next packet"),
        Binding(
            "N,left_square_bracket", "turn(-1)", "before", show=False, id="packet.previous", tooltip="to the one before"
        ),
        Binding("y", "copy", "copy", id="packet.copy", tooltip="send fields and bytes to the terminal's clipboard"),
        Binding(
            "I", "app.picture", "picture", show=False, id="packet.picture", tooltip="write a picture of the screen"
        ),
        Binding("question_mark", "app.help", "help", id="packet.help", tooltip="show this page"),
    ]

    def __init__(self, read: Callable[[], Sequence[Packet | Event]], at: int, title: str) -> None:
        """``read`` gives the items of now, ``at`` is the number of the first one shown; behind the last is silence."""
        super().__init__()
        self._read, self._at, self._title = read, at, title
        self._items = read()

    @classmethod
    def of_port(cls, scan: Scan, host: int, column: int, step: int = 0) -> Self:
        """The packets of one port, from the one of a step of its exchange on."""
        verdict = scan.verdict(host, column)

        def read() -> Sequence[Packet | Event]:
            return scan.exchange(host, column)[:MOST_STEPS]

        port, where = f"{verdict.port}/{verdict.protocol}", host_words(scan.hosts, host)
        title = translate("{port} on {host}, {state}", port=port, host=where, state=verdict.state.label)
        return cls(read, min(step, len(read())), title)

    def compose(self) -> ComposeResult:
        """Whose packet it is, its line of the ladder, its parts, the keys."""
        yield Static(id="packet-title", markup=False)
        yield Static(id="packet-step", markup=False)
        yield PacketDetail(id="packet-detail")
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """Show the packet; without Unicode, rules of hyphens."""
        self.set_class(glyphs_of(self.app) is ASCII, "plain")
        self._show()
        self.query_one(PacketDetail).field_tree.focus()

    def action_back(self) -> None:
        """Close."""
        self.dismiss(None)

    def action_turn(self, by: int) -> None:
        """Go to another packet; some may have come meanwhile."""
        self._items = self._read()
        if 0 <= self._at + by < len(self._items):
            self._at += by
            self._show()

    def action_copy(self) -> None:
        """Send what is shown to the terminal's clipboard (OSC 52), which may not take it."""
        item = self._items[self._at] if self._at < len(self._items) else None
        self.app.copy_to_clipboard(
            "\n".join((self._title, self._words, *(_text(item) if isinstance(item, Packet) else ())))
        )
        self.notify(translate("The packet was sent to the terminal's clipboard."))

    def on_descendant_focus(self) -> None:
        """Other keys are offered."""
        keys = [] if self.focused is None else list(of_widget(type(self.focused)))
        for binding in self.BINDINGS:
            if isinstance(binding, Binding) and binding.show and binding.id:
                keys.append(Key.of_binding(binding, PINNED.get(binding.id, IN_ORDER)))
        self.query_one(KeyLine).show(keys, {})

    def _show(self) -> None:
        item = self._items[self._at] if self._at < len(self._items) else None
        number = {"number": self._at + 1, "count": len(self._items)}
        count = translate("packet {number} of {count}", **number) if item else translate("no packet")
        self._words = _words(steps_of(self._items[: self._at + 1])[-1], glyphs_of(self.app)) if item else ""
        self.query_one("#packet-title", Static).update(f" {count}  {self._title}")
        self.query_one("#packet-step", Static).update(self._words)
        self.query_one(PacketDetail).show(item)


def _words(step: Step, glyphs: GlyphSet) -> str:
    arrow, (who, _) = sender(step, glyphs)
    return f"{time_text(step)} {arrow} {translate(who)}  {step_words(step)}"


def _text(packet: Packet) -> list[str]:
    """The fields and the bytes of a packet as lines."""
    lines = [f"{'  ' * depth}{field.name}: {field.value}" for depth, field in flattened(fields(packet))]
    rows = range(0, len(packet.data), 16)
    return [*lines, "", *(f"{at:04x}  {packet.data[at : at + 16].hex(' ')}" for at in rows)]
