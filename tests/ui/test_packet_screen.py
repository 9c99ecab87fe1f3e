"""One packet field by field: field and bytes stand out together, and what nobody saw has no bytes."""

import errno
import random

import pytest
from textual.app import App
from textual.pilot import Pilot

from tests.ui.driven import screen_text
from tests.ui.filled_scans import answer, made_scan
from tests.ui.packets import capture_syns, received, sent, syn_ack
from tests.ui.test_exchange_pane import ssh_scan
from tui_scan.engine.calls import CallLog
from tui_scan.engine.scan import Scan
from tui_scan.exchange.field_tree import field_at
from tui_scan.exchange.fields import fields
from tui_scan.model.packets import Origin, Packet
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Technique
from tui_scan.ui.glyphs import ASCII
from tui_scan.ui.screens.packet import PacketScreen
from tui_scan.ui.widgets.packet_bytes import HexDump
from tui_scan.ui.widgets.packet_tree import FieldTree

SIZES = [(80, 24), (160, 50), (40, 10)]


class PacketApp(App[None]):
    """Nothing but one port's packets."""

    def __init__(self, scan: Scan, step: int = 0) -> None:
        super().__init__()
        self.glyphs = ASCII
        self._first = PacketScreen.of_port(scan, 0, 0, step)

    async def on_mount(self) -> None:
        await self.push_screen(self._first)

    @property
    def fields(self) -> FieldTree:
        return self.screen.query_one(FieldTree)

    @property
    def dump(self) -> HexDump:
        return self.screen.query_one(HexDump)


async def key(app: PacketApp, pilot: Pilot[None], *keys: str) -> None:
    for one in keys:
        await pilot.press(one)
    await pilot.pause()


@pytest.mark.parametrize("size", SIZES)
async def test_the_field_under_the_cursor_has_its_bytes_marked(size: tuple[int, int]) -> None:
    app = PacketApp(ssh_scan()[0], step=1)
    async with app.run_test(size=size) as pilot:
        await key(app, pilot, "g")
        for by in (0, 3, 4, -2, 9, -5, 99):
            app.fields.action_move(by)
            await pilot.pause()
            field = app.fields.field
            assert field is not None and app.dump.marked == range(field.start, field.end)
            top = app.dump.scroll_offset.y
            across = app.dump._across
            assert top <= field.start // across < top + app.dump.size.height, "the bytes are in view"
        assert all(len(line) <= size[0] for line in screen_text(app).splitlines())


async def test_the_byte_under_the_cursor_selects_its_field(chance: random.Random) -> None:
    scan, _ = ssh_scan()
    packet = scan.exchange(0, 0)[1]
    assert isinstance(packet, Packet)
    tree = fields(packet)
    app = PacketApp(scan, step=1)
    async with app.run_test(size=(80, 24)) as pilot:
        app.dump.focus()
        await key(app, pilot, "g")
        for _ in range(12):
            app.dump.action_move(chance.randrange(-20, 30), 0)
            await pilot.pause()
            wanted, now = field_at(tree, app.dump.cursor), app.fields.field
            assert wanted is not None and now is not None
            assert (now.key, now.start) == (wanted.key, wanted.start)
            assert app.dump.cursor in app.dump.marked


async def test_tree_above_bytes_or_side_by_side() -> None:
    for size, beside in (((80, 24), False), ((160, 50), True)):
        app = PacketApp(ssh_scan()[0])
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            assert (app.fields.region.y == app.dump.region.y) is beside
            assert (app.fields.region.x < app.dump.region.x) is beside
            text = screen_text(app)
            assert "sequence number" in text and "0000  45 00" in text


async def test_the_packets_of_an_exchange_are_a_key_apart() -> None:
    app = PacketApp(ssh_scan()[0])
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "packet 1 of 3  22/tcp on 127.0.0.1" in screen_text(app)
        await key(app, pilot, "n")
        assert "packet 2 of 3" in screen_text(app) and "< target  SYN, ACK" in screen_text(app)
        await key(app, pilot, "n", "n", "n")
        assert "packet 3 of 3" in screen_text(app) and "> kernel  RST" in screen_text(app)
        await key(app, pilot, "escape")
        assert not isinstance(app.screen, PacketScreen)


async def test_a_packet_that_came_meanwhile_is_a_key_away() -> None:
    scan = made_scan("22")
    capture = capture_syns(scan)
    sent(capture, 0)
    app = PacketApp(scan)
    async with app.run_test(size=(80, 24)) as pilot:
        await key(app, pilot, "n")
        assert "packet 1 of 1" in screen_text(app)
        received(capture, 0, Origin.TARGET, syn_ack(22), 412)
        await key(app, pilot, "n")
        assert "packet 2 of 2" in screen_text(app) and "SYN, ACK" in screen_text(app)


async def test_without_unicode_only_ascii_is_drawn() -> None:
    for size in ((80, 24), (160, 50)):
        app = PacketApp(ssh_scan()[0])
        async with app.run_test(size=size) as pilot:
            await key(app, pilot, "tab")
            assert screen_text(app).isascii()


async def test_layers_fold_and_unfold() -> None:
    app = PacketApp(ssh_scan()[0])
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "+ Internet Protocol version 4" in screen_text(app) and "time to live" not in screen_text(app)
        await key(app, pilot, "g", "enter")
        assert "- Internet Protocol version 4" in screen_text(app) and "time to live" in screen_text(app)
        await key(app, pilot, "j", "h", "h")
        assert "time to live" not in screen_text(app)


async def test_what_a_call_told_has_no_bytes_and_says_so() -> None:
    scan = made_scan("9", Technique.CONNECT)
    log = CallLog("connect()", "connect()")
    log.note([(0, 1, 1_000_000_000, 1_000_300_000, errno.ECONNREFUSED, "")])
    scan.captures[Technique.CONNECT] = log
    answer(scan, [0], PortState.CLOSED, Reason.CONN_REFUSED)
    app = PacketApp(scan, step=1)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        text = " ".join(screen_text(app).split())
        assert "connect(): ECONNREFUSED" in text and "Your kernel got RST." in text
        assert "The kernel told this; nobody saw the packet" in text
        assert "0000 " not in text


async def test_silence_has_nothing_to_show() -> None:
    app = PacketApp(ssh_scan()[0], step=99)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "Nothing came" in screen_text(app)
        await key(app, pilot, "N")
        assert "packet 3 of 3" in screen_text(app)
