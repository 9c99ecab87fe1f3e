"""The map shows the ledger: every cell the most telling port of its block, at once and after every change."""

from collections.abc import Iterator

import numpy as np
import pytest
from textual.app import App, ComposeResult
from textual.geometry import Region

from tests.ui.filled_scans import answer, answer_at_random, made_scan, random_source
from tui_scan.engine.scan import Scan
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Technique
from tui_scan.ui.glyphs import ASCII, UNICODE, GlyphSet, Look, look_of
from tui_scan.ui.widgets.port_grid import PortGrid

LABEL = 6


class GridApp(App[None]):
    CSS = "PortGrid { height: 1fr; }"

    def __init__(self, glyphs: GlyphSet = ASCII) -> None:
        super().__init__()
        self.glyphs = glyphs
        self.moves: list[tuple[int, int]] = []

    def compose(self) -> ComposeResult:
        yield PortGrid()

    def on_grid_view_moved(self, event: PortGrid.Moved) -> None:
        self.moves.append((event.host, event.column))

    @property
    def grid(self) -> PortGrid:
        return self.query_one(PortGrid)


def drawn(grid: PortGrid) -> list[str]:
    """The lines on the screen as text."""
    return [grid.render_line(y).text.rstrip() for y in range(grid.size.height)]


def expected_cells(scan: Scan, block: int, host: int = 0) -> str:
    """All cells of a scan of ports 0.. in order, told port by port from the verdicts."""
    cells = ""
    for first in range(0, scan.columns.count, block):
        seen = [scan.verdict(host, c) for c in range(first, min(first + block, scan.columns.count))]
        cells += ASCII.of(min(look_of(one.state, one.reason, one.tries) for one in seen))
    return cells


def cells_of(grid: PortGrid) -> str:
    """The map's cells in order, without labels."""
    assert grid.map is not None
    return "".join(line[LABEL:] for line in drawn(grid)[: grid.map.lines])


def rows_with_labels(grid: PortGrid) -> Iterator[tuple[int, str]]:
    """The first port of each row and the row's cells."""
    for line in drawn(grid):
        if line[:5].strip().isdigit():
            yield int(line[:5]), line[LABEL:]


@pytest.mark.parametrize("size", [(80, 24), (160, 50), (40, 10)])
async def test_every_cell_is_the_most_telling_port_of_its_block(size: tuple[int, int]) -> None:
    source = random_source()
    scan = made_scan("0-8191")
    app = GridApp()
    async with app.run_test(size=size) as pilot:
        app.grid.show(scan, 0)
        await pilot.pause()
        for part in (0.001, 0.01, 0.3, 1.0):
            answer_at_random(scan, source, part)
            app.grid.pull()
            assert app.grid.map is not None
            assert cells_of(app.grid) == expected_cells(scan, app.grid.map.block)


async def test_all_ports_fit_and_rows_say_their_first_port() -> None:
    scan = made_scan("-")
    answer(scan, [scan.columns.index(scan.columns.protocol(0), 40_000)], PortState.OPEN, Reason.SYN_ACK)
    app = GridApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.grid.show(scan, 0)
        await pilot.pause()
        assert app.grid.map is not None and app.grid.map.lines <= 24
        block = app.grid.map.block
        rows = list(rows_with_labels(app.grid))
        assert rows[0][0] == 0
        [(label, row)] = [(label, row) for label, row in rows if "#" in row]
        assert label + row.index("#") * block <= 40_000 < label + (row.index("#") + 1) * block


async def test_a_pull_repaints_only_the_cells_that_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    scan = made_scan("0-1023")
    app = GridApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.grid.show(scan, 0)
        await pilot.pause()
        answer(scan, [0, 500], PortState.CLOSED, Reason.RESET)
        app.grid.pull()
        await pilot.pause()
        painted: list[Region] = []
        monkeypatch.setattr(app.grid, "refresh", lambda *regions, **_: painted.extend(regions))
        answer(scan, [100, 101, 102, 700], PortState.CLOSED, Reason.RESET)
        assert app.grid.pull() == 4
        assert sum(region.area for region in painted) == 4
        assert app.grid.pull() == 0


async def test_a_frozen_map_stays_and_catches_up() -> None:
    scan = made_scan("1-100")
    app = GridApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.grid.show(scan, 0)
        await pilot.pause()
        before = drawn(app.grid)
        app.grid.frozen = True
        answer(scan, [5], PortState.OPEN, Reason.SYN_ACK)
        assert app.grid.pull() == 0
        assert drawn(app.grid) == before
        app.grid.frozen = False
        assert app.grid.pull() == 1
        assert drawn(app.grid) != before


async def test_tcp_and_udp_are_sections_of_their_own() -> None:
    scan = made_scan("T:1-200,U:53,67,161", Technique.SYN, Technique.UDP)
    answer(scan, [201], PortState.CLOSED, Reason.PORT_UNREACH)
    app = GridApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.grid.show(scan, 0)
        await pilot.pause()
        lines = drawn(app.grid)
        assert lines[0].startswith("TCP -sS") and "200 ports" in lines[0]
        at = next(number for number, line in enumerate(lines) if line.startswith("UDP -sU"))
        assert "3 ports" in lines[at]
        assert lines[at + 1] == "   53 .-."


async def test_the_cursor_goes_everywhere_and_says_so() -> None:
    scan = made_scan("T:0-199,U:53,67", Technique.SYN, Technique.UDP)
    answer(scan, [80, 150, 201], PortState.OPEN, Reason.SYN_ACK)
    app = GridApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.grid.show(scan, 0)
        app.grid.focus()
        await pilot.pause()
        assert app.grid.map is not None and app.grid.map.block == 1
        row = app.grid.map.per_row
        steps = [
            ("l", 1),
            ("right", 2),
            ("h", 1),
            ("j", 1 + row),
            ("k", 1),
            ("n", 80),
            ("n", 150),
            ("n", 201),
            ("n", 80),
            ("N", 201),
            ("g", 0),
            ("G", 201),
            ("k", 200 // row * row - row + 1 if 200 % row == 0 else 200 // row * row + 1),
            ("pageup", 1),
            ("h", 0),
            ("h", 0),
        ]
        for key, column in steps:
            await pilot.press(key)
            assert app.grid.column == column, key
        assert app.moves[-1] == (0, 0)


async def test_the_cursor_lands_on_the_most_telling_port_of_a_block() -> None:
    scan = made_scan("0-65535")
    answer(scan, np.arange(65536), PortState.CLOSED, Reason.RESET)
    app = GridApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.grid.show(scan, 0)
        app.grid.focus()
        await pilot.pause()
        assert app.grid.map is not None
        block = app.grid.map.block
        assert block > 1
        scan.ledger.state[block + 7] = PortState.OPEN
        scan.ledger._touch(np.array([block + 7]))
        app.grid.pull()
        await pilot.press("l")
        assert app.grid.column == block + 7


async def test_zoom_goes_to_one_port_a_cell_and_back_and_keeps_the_port() -> None:
    scan = made_scan("-")
    answer(scan, [39_999], PortState.OPEN, Reason.SYN_ACK)
    app = GridApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.grid.show(scan, 0)
        app.grid.focus()
        await pilot.press("n")
        assert app.grid.map is not None
        widest = app.grid.map.block
        for _ in range(8):
            await pilot.press("enter")
        await pilot.pause()
        assert app.grid.map.block == 1 and app.grid.column == 39_999
        labels = [label for label, _ in rows_with_labels(app.grid)]
        assert min(labels) <= 40_000 < max(labels) + app.grid.map.per_row
        await pilot.press("plus")
        assert app.grid.map.block == 1
        for _ in range(8):
            await pilot.press("escape")
        assert app.grid.map.block == widest


@pytest.mark.parametrize("glyphs", [ASCII, UNICODE])
async def test_the_cursor_is_seen_without_colour_on_every_look(glyphs: GlyphSet) -> None:
    scan = made_scan("0-99")
    for column, (state, reason) in enumerate(
        [(PortState.OPEN, Reason.SYN_ACK), (PortState.FILTERED, Reason.NO_RESPONSE), (PortState.CLOSED, Reason.RESET)]
    ):
        answer(scan, [column], state, reason)
    app = GridApp(glyphs)
    async with app.run_test(size=(80, 24)) as pilot:
        app.grid.show(scan, 0)
        await pilot.pause()
        for column in (0, 1, 2, 3):
            app.grid.reveal(column)
            await pilot.pause()
            reverse = [segment for segment in app.grid.render_line(0) if segment.style and segment.style.reverse]
            assert [len(segment.text) for segment in reverse] == [1]
            assert reverse[0].text in ASCII.looks


async def test_a_click_puts_the_cursor_there() -> None:
    scan = made_scan("0-1023")
    app = GridApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.grid.show(scan, 0)
        await pilot.pause()
        await pilot.click(PortGrid, offset=(LABEL + 5, 2))
        assert app.grid.map is not None
        assert app.grid.column == (2 * app.grid.map.per_row + 5) * app.grid.map.block
        await pilot.click(PortGrid, offset=(2, 2))
        assert app.moves[-1][1] == app.grid.column


async def test_hosts_are_shown_one_at_a_time_and_the_cursor_keeps_its_port() -> None:
    scan = made_scan("1-50", targets=("127.0.0.1", "127.0.0.2"))
    answer(scan, [9], PortState.OPEN, Reason.SYN_ACK, host=1)
    app = GridApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.grid.show(scan, 0)
        app.grid.reveal(20)
        await pilot.pause()
        assert "#" not in "".join(drawn(app.grid))
        app.grid.show(scan, 1)
        await pilot.pause()
        assert "#" in "".join(drawn(app.grid))
        assert app.grid.column == 20 and app.moves[-1] == (1, 20)


async def test_a_smaller_terminal_still_shows_the_cursor() -> None:
    scan = made_scan("-")
    app = GridApp()
    async with app.run_test(size=(160, 50)) as pilot:
        app.grid.show(scan, 0)
        app.grid.reveal(65_000)
        await pilot.pause()
        for size in ((80, 24), (40, 10), (12, 4), (160, 50)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            seen = [
                segment
                for y in range(app.grid.size.height)
                for segment in app.grid.render_line(y)
                if segment.style and segment.style.reverse
            ]
            assert len(seen) == 1, size


def test_every_look_has_its_own_glyph_and_word() -> None:
    for glyphs in (ASCII, UNICODE):
        assert len(set(glyphs.looks)) == len(Look) == len(glyphs.looks)
    assert ASCII.looks.isascii()
    assert len({look.label for look in Look}) == len(Look)
