"""The ladder in its pane: states where there is room, a cursor on its steps, numbers as the person wants them."""

from dataclasses import replace

import pytest

from tests.ui.filled_scans import answer, made_scan
from tests.ui.packets import ISN, PEER_ISN, capture_syns, received, sent, syn_ack
from tests.ui.test_exchange_pane import PaneApp, lines, ssh_scan, told
from tui_scan.model.packets import Origin
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.ui.screens.packet import PacketScreen


class TallApp(PaneApp):
    CSS = "ExchangePane { height: 16; }"


async def test_where_there_is_room_each_step_tells_both_ends_states_as_inferred() -> None:
    app = TallApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(*ssh_scan(), 0)
        seen = await told(app, pilot)
    told_states = [line.strip() for line in seen if "(inferred)" in line]
    assert told_states == [
        "TCP (inferred) you: no socket; target: LISTEN > SYN-RECEIVED",
        "TCP (inferred) you: no socket; target: SYN-RECEIVED",
        "TCP (inferred) you: no socket; target: SYN-RECEIVED > LISTEN",
    ]
    assert any("RFC 9293" in line for line in seen), "the explanation is whole"


async def test_where_there_is_none_the_explanation_comes_first() -> None:
    app = PaneApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(*ssh_scan(), 0)
        seen = await told(app, pilot)
    assert not any("inferred" in line for line in seen)


async def test_of_probes_with_a_wrong_checksum_no_state_is_inferred() -> None:
    scan, host = ssh_scan()
    packets = replace(scan.request.packets, bad_sums=True)
    scan.plan = replace(scan.plan, request=replace(scan.request, packets=packets))
    app = TallApp()
    async with app.run_test(size=(160, 24)) as pilot:
        app.pane.show(scan, host, 0)
        seen = await told(app, pilot)
    assert any("SYN, ACK" in line for line in seen) and not any("inferred" in line for line in seen)


async def test_in_a_wide_pane_the_states_stand_beside_the_steps() -> None:
    app = PaneApp()
    async with app.run_test(size=(160, 24)) as pilot:
        app.pane.show(*ssh_scan(), 0)
        seen = await told(app, pilot)
    (reset,) = [line for line in seen if "kernel RST" in line]
    assert reset.endswith("SYN-RECEIVED > LISTEN") and "no socket" in reset
    assert all(len(line) <= 160 for line in seen)


async def test_a_key_shows_the_numbers_of_the_packets_themselves() -> None:
    app = PaneApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(*ssh_scan(), 0)
        app.pane.focus()
        await told(app, pilot)
        await pilot.press("a")
        seen = " ".join(" ".join(lines(app)).split())
        assert f"raw-seq={PEER_ISN}" in seen and f"raw-ack={ISN + 1}" in seen
        assert f"raw-seq={PEER_ISN}" in app.pane.text, "what is copied is what is shown"
        await pilot.press("a")
        assert f"raw-seq={PEER_ISN}" not in " ".join(lines(app))


async def test_the_cursor_goes_over_the_steps_and_enter_opens_the_packet() -> None:
    app = PaneApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.show(*ssh_scan(), 0)
        app.pane.focus()
        await told(app, pilot)
        await pilot.press("j")
        assert app.pane.step == 1
        await pilot.press("j", "j", "j", "k")
        assert app.pane.step == 1 if app.pane.max_scroll_y == 0 else app.pane.step == 2
        await pilot.press("g", "j", "enter")
        await pilot.pause()
        assert isinstance(app.screen, PacketScreen)


async def test_silence_between_two_tries_is_told_with_its_length() -> None:
    scan = made_scan("22")
    capture = capture_syns(scan)
    sent(capture, 0)
    sent(capture, 0, after_us=102_000, tries=2)
    received(capture, 0, Origin.TARGET, syn_ack(22), 102_400)
    answer(scan, [0], PortState.OPEN, Reason.SYN_ACK)
    app = PaneApp()
    async with app.run_test(size=(100, 24)) as pilot:
        app.pane.show(scan, 0, 0)
        seen = await told(app, pilot)
    assert any("(try 2, after 102 ms of silence)" in line for line in seen)


@pytest.mark.parametrize("width", [20, 50, 131, 132, 200])
async def test_every_line_fits(width: int) -> None:
    app = TallApp()
    async with app.run_test(size=(width, 24)) as pilot:
        app.pane.show(*ssh_scan(), 0)
        await told(app, pilot)
        assert max(len(line) for line in lines(app)) <= width
