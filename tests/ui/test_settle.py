"""The key that ends the waiting for hosts that limit their answers."""

from tests.ui.driven import press, program, ready, screen_text, until
from tui_scan.engine.progress import Phase
from tui_scan.engine.scan import Scan
from tui_scan.engine.worker import ScanWorker
from tui_scan.model.errors import LocalError


async def test_where_nothing_is_waited_for_the_key_says_so() -> None:
    app = program("127.0.0.1")
    async with app.run_test(size=(100, 30), notifications=True):
        await until(lambda: ready(app))
        await press(app, "w")
        await until(lambda: "No host is waited for" in screen_text(app))


class NoSockets:
    """What is never asked for a socket."""

    raw = False

    def __getattr__(self, name: str) -> object:
        raise LocalError("The sockets are out.")


async def test_while_a_limit_holds_the_scan_up_the_key_ends_the_waiting() -> None:
    app = program("127.0.0.1")
    async with app.run_test(size=(100, 30), notifications=True):
        await until(lambda: app.session.scan is not None)
        scan = app.session.scan
        assert isinstance(scan, Scan)
        worker = app.session.worker = ScanWorker(scan, NoSockets())  # type: ignore[arg-type]
        worker.phase = Phase.RUNNING
        scan.tally.note, scan.tally.limited = "127.0.0.1 limits its ICMP errors: 9 s to be sure of 9 ports", True
        await until(lambda: "(w: guess the rest)" in screen_text(app))
        await press(app, "w")
        await until(lambda: scan.settling)
        assert "No host is waited for" not in screen_text(app)
        worker.phase = Phase.FINISHED
