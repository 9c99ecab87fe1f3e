"""The matrix view under Pilot: cells fill in, a cell tells its exchange, a row its kind, at every size."""

import asyncio
import json
import pathlib
import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest
from textual.widgets import Input

from tests.ui.driven import SESSIONS, main, press, ready, resize, screen_text, told, until, written
from tui_scan.engine.matrix import TYPES
from tui_scan.engine.progress import Phase
from tui_scan.model.discovery import NO_DISCOVERY
from tui_scan.model.request import ScanRequest
from tui_scan.model.techniques import Technique
from tui_scan.model.timing import TEMPLATES
from tui_scan.privilege.capabilities import can_raw
from tui_scan.ui.app import TuiScanApp
from tui_scan.ui.screens.matrix import MatrixView
from tui_scan.ui.session import Session
from tui_scan.ui.widgets.confirm import Ask
from tui_scan.ui.widgets.exchange_pane import ExchangePane
from tui_scan.ui.widgets.matrix_rows import TALL_FROM, widths
from tui_scan.ui.widgets.matrix_table import KIND_COLUMN

QUICK = replace(TEMPLATES[4], initial_rtt_timeout=100, max_retries=1)
SIZES = [(80, 24), (160, 50)]


@pytest.fixture
def ports() -> Iterator[tuple[int, int]]:
    """A port of 127.0.0.9 on which something listens, and one on which nothing does."""
    with socket.socket() as sock, socket.socket() as other:
        for one in (sock, other):
            one.bind(("127.0.0.9", 0))
        sock.listen()
        yield sock.getsockname()[1], other.getsockname()[1]


def program(ports: str, *, raw: bool = True, target: str = "127.0.0.9") -> TuiScanApp:
    """The program with its form filled."""
    request = ScanRequest((target,), ports=ports, techniques=(Technique.CONNECT,), timing=QUICK, discovery=NO_DISCOVERY)
    app = TuiScanApp(Session(request, raw=raw), fps=30)
    SESSIONS.append(app.session)
    return app


def view(app: TuiScanApp) -> MatrixView:
    """The matrix view."""
    return main(app).query_one(MatrixView)


async def opened(app: TuiScanApp) -> None:
    """Go to the matrix view."""
    await until(lambda: ready(app))
    await press(app, "5")
    await until(lambda: bool(main(app).query(MatrixView)) and app.focused is view(app).table)


async def finished(app: TuiScanApp) -> None:
    """Start, and wait until the end is drawn."""
    await press(app, "enter")
    await until(lambda: app.session.matrix is not None and app.session.matrix.phase is Phase.FINISHED, 30)
    await until(lambda: "done" in screen_text(app) or "No kind is proven" in screen_text(app))
    assert view(app).table.is_running, "a table that is not takes no messages, and paints nothing new"


@pytest.mark.parametrize("size", SIZES)
async def test_cells_and_kinds_are_filled_in(ports: tuple[int, int], size: tuple[int, int]) -> None:
    if not can_raw():
        pytest.skip("the types that write packets need raw sockets")
    app = program(f"{ports[0]},{ports[1]}")
    async with app.run_test(size=size):
        await opened(app)
        assert main(app).query_one("#matrix-targets", Input).value == "127.0.0.9"
        await finished(app)
        lines = screen_text(app).splitlines()
        (row,) = [line for line in lines if line.split()[:1] == [str(ports[0])] and "on 127" not in line]
        assert row.split()[-1] == "none" and ("open" in row or "opn" in row)
        (row,) = [line for line in lines if line.split()[:1] == [str(ports[1])] and "on 127" not in line]
        assert row.split()[-1] == "none|REJECT"
        assert ("syn-ack" in screen_text(app).partition("kind of filter")[0]) == (size[0] >= TALL_FROM)
        assert all(len(line) <= size[0] for line in lines)


@pytest.mark.parametrize("size", SIZES)
async def test_a_cell_tells_its_exchange_and_the_kind_its_rule(ports: tuple[int, int], size: tuple[int, int]) -> None:
    if not can_raw():
        pytest.skip("the types that write packets need raw sockets")
    app = program(str(ports[0]))
    async with app.run_test(size=size):
        await opened(app)
        await finished(app)
        await until(lambda: f"{ports[0]} on 127.0.0.9: none." in told(app))
        await press(app, *["left"] * (KIND_COLUMN + 2))
        pane = view(app).query_one(ExchangePane)
        await until(lambda: "SYN, ACK" in screen_text(app) and pane.exchange is not None)
        assert pane.exchange is not None and pane.exchange.port == ports[0] and view(app).table.column == 0
        await press(app, "right", "right")
        await until(lambda: "UNFILTERED" in screen_text(app))
        await press(app, "up")
        await until(lambda: "Host" in told(app) or "No filter shows" in told(app))


async def test_the_exchange_of_a_cell_is_saved(ports: tuple[int, int], tmp_path: pathlib.Path) -> None:
    app, path = program(str(ports[0]), raw=False), tmp_path / "cell.json"
    async with app.run_test(size=(80, 24)):
        await opened(app)
        await finished(app)
        await press(app, "E")
        await until(lambda: any("no exchange to save" in one.message for one in app._notifications))
        await press(app, *["left"] * (KIND_COLUMN - TYPES.index(Technique.CONNECT)), "E")
        await until(lambda: isinstance(app.screen, Ask))
        app.screen.query_one(Input).value = str(path)
        await press(app, "enter")
        await until(lambda: written(path))
        assert json.loads(path.read_text())["port"] == ports[0]


async def test_without_raw_sockets_two_types_are_run(ports: tuple[int, int]) -> None:
    app = program(str(ports[0]), raw=False)
    async with app.run_test(size=(80, 24)):
        await opened(app)
        await finished(app)
        await until(lambda: "Only connect and UDP" in told(app) and "unproven" in told(app))
        await press(app, *["left"] * KIND_COLUMN)
        await until(lambda: "SYN: needs raw sockets" in told(app))


async def test_s_stops_and_what_was_found_stays(ports: tuple[int, int]) -> None:
    app = program(str(ports[0]), raw=False)
    app.session.request = replace(app.session.request, ports="1-3000", timing=replace(QUICK, max_rate=100))
    async with app.run_test(size=(80, 24)):
        await opened(app)
        await press(app, "enter")
        await until(lambda: app.session.probing and app.focused is view(app).table)
        await press(app, "s")
        await until(lambda: not app.session.probing)
        assert app.session.matrix is not None and app.session.matrix.phase is Phase.STOPPED
        await until(lambda: len(view(app).table.lines) == 3001)


async def test_a_scan_and_a_matrix_do_not_run_at_once_and_neither_is_left_without_a_question(
    ports: tuple[int, int],
) -> None:
    app = program(str(ports[0]), raw=False)
    app.session.request = replace(app.session.request, ports="1-3000", timing=replace(QUICK, max_rate=100))
    async with app.run_test(size=(80, 24)):
        await opened(app)
        await press(app, "enter")
        await until(lambda: app.session.probing and app.focused is view(app).table)
        await press(app, "1", "s")
        await until(lambda: "A matrix is running" in told(app))
        assert app.session.worker is None
        await press(app, "enter", "q")
        await until(lambda: "Stop it and quit?" in told(app))
        await press(app, "y")
        await until(lambda: not app.session.probing)


@pytest.mark.parametrize(
    ("target", "ports", "words"),
    [
        ("", "22", "No target"),
        ("127.0.0.9", "", "No port"),
        ("127.0.0.9", "99999", "99999"),
        ("224.0.0.1", "22", "never scanned"),
    ],
)
async def test_what_is_wrong_is_a_sentence(target: str, ports: str, words: str) -> None:
    app = program("22")
    async with app.run_test(size=(80, 24)):
        await opened(app)
        view(app).query_one("#matrix-targets", Input).value = target
        view(app).query_one("#matrix-ports", Input).value = ports
        await press(app, "enter")
        await until(lambda: app.screen is not main(app) and words in told(app))
        assert app.session.matrix is None


async def test_public_targets_need_a_yes_and_a_no_sends_nothing() -> None:
    app = program("22")
    async with app.run_test(size=(80, 24)):
        await opened(app)
        view(app).query_one("#matrix-targets", Input).value = "8.8.8.8"
        await press(app, "enter")
        await until(lambda: "Type yes" in told(app))
        await press(app, "escape")
        await until(lambda: app.screen is main(app))
        await asyncio.sleep(0.2)
        assert app.session.matrix is None


@pytest.mark.parametrize("width", [160, 146, 145, 120, 80, 60, 40, 20])
def test_columns_fit_where_there_is_room_for_them(width: int) -> None:
    sizes = widths(width)
    assert len(sizes) == KIND_COLUMN + 2 and min(sizes) > 0
    if width >= 80:
        assert sum(sizes) + len(sizes) - 1 <= width


async def test_no_size_breaks_the_view(ports: tuple[int, int]) -> None:
    app = program(str(ports[0]), raw=False)
    async with app.run_test(size=(80, 24)):
        await opened(app)
        await finished(app)
        for width, height in [(40, 10), (160, 12), (200, 60), (20, 5), (80, 24)]:
            await resize(app, width, height)
            await press(app, "left", "right", "up", "down")
        await until(lambda: "unproven" in told(app))
