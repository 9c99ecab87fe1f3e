"""The exchange pane shows the packets of a port, and never draws as a packet what no one saw."""

import errno

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from tests.ui.filled_scans import answer, made_scan
from tests.ui.packets import capture_syns, kernel_reset, prohibited, received, sent, syn_ack
from tui_scan.engine.calls import CallLog
from tui_scan.engine.scan import Scan
from tui_scan.model.packets import Origin
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Technique
from tui_scan.ui.glyphs import ASCII
from tui_scan.ui.widgets.exchange_pane import ExchangePane


class PaneApp(App[None]):
    CSS = "ExchangePane { height: 10; }"

    def __init__(self) -> None:
        super().__init__()
        self.glyphs = ASCII
        self.now = 0.0

    def compose(self) -> ComposeResult:
        yield ExchangePane(clock=lambda: self.now)

    @property
    def pane(self) -> ExchangePane:
        return self.query_one(ExchangePane)


def lines(app: PaneApp) -> list[str]:
    """What the pane's ten lines show."""
    return [app.pane.render_line(y).text.rstrip() for y in range(app.pane.size.height)]


async def told(app: PaneApp, pilot: Pilot[None]) -> list[str]:
    """The pane's lines once the exchange is decoded."""
    await app.workers.wait_for_complete()
    await pilot.pause()
    return lines(app)


def ssh_scan() -> tuple[Scan, int]:
    """Port 22 was found open by three packets."""
    scan = made_scan("22,80")
    capture = capture_syns(scan)
    sent(capture, 0)
    received(capture, 0, Origin.TARGET, syn_ack(22), 412)
    received(capture, 0, Origin.KERNEL, kernel_reset(22), 430)
    answer(scan, [0], PortState.OPEN, Reason.SYN_ACK)
    return scan, 0


async def test_a_handshake_is_a_ladder_of_three_with_its_explanation_in_ten_lines() -> None:
    app = PaneApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(*ssh_scan(), 0)
        seen = await told(app, pilot)
    assert seen[0] == "# 22/tcp OPEN ssh  reason syn-ack  rtt 0.41 ms  ttl 64  tries 1"
    assert seen[1].split()[:6] == ["0.000", "ms", ">", "you", "SYN", "seq=0"]
    assert seen[2].split()[:7] == ["0.412", "ms", "<", "target", "SYN,", "ACK", "seq=0"]
    assert "ack=1" in seen[2] and "win=65495" in seen[2] and "mss=65495" in seen[2]
    assert seen[3].split()[:5] == ["0.430", "ms", ">", "kernel", "RST"]
    assert any("Answer: SYN-ACK" in line for line in seen[4:])
    assert all(len(line) <= 80 for line in seen)


async def test_a_router_is_named_as_the_sender() -> None:
    scan = made_scan("443")
    capture = capture_syns(scan)
    sent(capture, 0)
    received(capture, 0, Origin.ROUTER, prohibited(443, "10.9.8.7"), 900)
    answer(scan, [0], PortState.FILTERED, Reason.ADMIN_PROHIBITED)
    scan.ledger.sender[0] = "10.9.8.7"
    app = PaneApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(scan, 0, 0)
        seen = await told(app, pilot)
    assert seen[0].startswith("! 443/tcp FILTERED https  reason admin-prohibited  from 10.9.8.7")
    assert any("< router ICMP admin-prohibited (3/13)" in line for line in seen)


async def test_what_a_system_call_told_has_no_arrow() -> None:
    scan = made_scan("9", Technique.CONNECT)
    log = CallLog("connect()", "connect()")
    log.note([(0, 1, 1_000_000_000, 1_000_300_000, errno.ECONNREFUSED, "")])
    scan.captures[Technique.CONNECT] = log
    answer(scan, [0], PortState.CLOSED, Reason.CONN_REFUSED)
    app = PaneApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(scan, 0, 0)
        seen = await told(app, pilot)
    ladder = [line for line in seen if " ms " in line and "rtt" not in line]
    assert len(ladder) == 2
    for line in ladder:
        assert " call " in line and "connect()" in line
        assert ">" not in line and "<" not in line


async def test_the_pane_follows_its_port_and_not_another() -> None:
    scan, _ = ssh_scan()
    app = PaneApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(scan, 0, 1)
        assert (await told(app, pilot))[0].startswith(". 80/tcp UNTRIED")
        assert not app.pane.pull()
        sent(scan.captures[Technique.SYN], 1)  # type: ignore[arg-type]
        answer(scan, [1], PortState.CLOSED, Reason.RESET)
        assert app.pane.pull()
        seen = await told(app, pilot)
        assert seen[0].startswith("- 80/tcp CLOSED")
        answer(scan, [0], PortState.OPEN, Reason.SYN_ACK)
        assert not app.pane.pull()


async def test_a_reset_of_the_own_kernel_that_comes_after_the_verdict_is_shown() -> None:
    scan = made_scan("22")
    capture = capture_syns(scan)
    sent(capture, 0)
    received(capture, 0, Origin.TARGET, syn_ack(22), 412)
    answer(scan, [0], PortState.OPEN, Reason.SYN_ACK)
    app = PaneApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(scan, 0, 0)
        assert not any("kernel RST" in line for line in await told(app, pilot))
        received(capture, 0, Origin.KERNEL, kernel_reset(22), 430)
        assert not app.pane.pull()
        app.now += 1.0
        assert app.pane.pull()
        assert any("kernel RST" in line for line in await told(app, pilot))


async def test_a_frozen_pane_does_not_change() -> None:
    scan, _ = ssh_scan()
    app = PaneApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(scan, 0, 1)
        before = await told(app, pilot)
        app.pane.frozen = True
        answer(scan, [1], PortState.CLOSED, Reason.RESET)
        assert not app.pane.pull()
        assert lines(app) == before


@pytest.mark.parametrize("width", [20, 40, 60, 160])
async def test_every_line_fits_the_width(width: int) -> None:
    app = PaneApp()
    async with app.run_test(size=(width, 24)) as pilot:
        app.pane.show(*ssh_scan(), 0)
        await told(app, pilot)
        assert max(len(line) for line in lines(app)) <= width
        words = " ".join(" ".join(line.split()) for line in lines(app))
        assert "22/tcp" in words


async def test_a_scrolled_pane_shows_the_end_of_the_explanation() -> None:
    app = PaneApp()
    async with app.run_test(size=(40, 12)) as pilot:
        app.pane.show(*ssh_scan(), 0)
        app.pane.focus()
        await told(app, pilot)
        assert not any("3.10.7.2" in line for line in lines(app))
        await pilot.press("G")
        assert any("3.10.7.2" in line for line in await told(app, pilot))
