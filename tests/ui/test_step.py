"""The Step view under Pilot: a probe a key press, predictions by their numbers, and nothing is sent unasked."""

import json
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from textual.widgets import Input

from tests.ui.driven import PATIENCE, SESSIONS, main, press, ready, resize, screen_text, told, until
from tui_scan.engine.progress import Phase
from tui_scan.model.discovery import NO_DISCOVERY
from tui_scan.model.request import ScanRequest
from tui_scan.model.techniques import Technique
from tui_scan.model.timing import TEMPLATES
from tui_scan.ui.app import TuiScanApp
from tui_scan.ui.screens.step import StepView
from tui_scan.ui.session import Session
from tui_scan.ui.step_probe import Probe, Stage
from tui_scan.ui.widgets.form_choice import Choice
from tui_scan.ui.widgets.step_pane import StepPane

HOST = "127.0.0.13"
QUICK = replace(TEMPLATES[4], initial_rtt_timeout=100)
NOT_YET = "There is no exchange to save before all of it is shown."


@pytest.fixture
def ports() -> Iterator[list[int]]:
    """A port of HOST on which something listens, and one on which nothing does, ascending."""
    with socket.socket() as sock, socket.socket() as other:
        for one in (sock, other):
            one.bind((HOST, 0))
        sock.listen()
        yield [sock.getsockname()[1], other.getsockname()[1]]


def program(ports: str, *, target: str = HOST, raw: bool = False, rate: float | None = None) -> TuiScanApp:
    """The program with its form filled."""
    timing = replace(QUICK, max_rate=rate)
    request = ScanRequest(
        (target,), ports=ports, techniques=(Technique.CONNECT,), timing=timing, discovery=NO_DISCOVERY
    )
    app = TuiScanApp(Session(request, raw=raw), fps=30)
    SESSIONS.append(app.session)
    return app


def view(app: TuiScanApp) -> StepView:
    """The Step view."""
    return main(app).query_one(StepView)


async def opened(app: TuiScanApp) -> None:
    """Go to the Step view."""
    await until(lambda: ready(app) or bool(app.session.request.targets == ("",)))
    await press(app, "6")
    await until(lambda: bool(main(app).query(StepView)) and isinstance(app.focused, (StepPane, Input)))


async def asked(app: TuiScanApp, port: int) -> Probe:
    """Wait until the probe to a port is ready to leave; that it was not sent."""
    await until(lambda: (probe := view(app).stepper.current) is not None and probe.stage is Stage.ASKING)
    await until(lambda: "What will come back?" in told(app))
    probe = view(app).stepper.current
    assert probe is not None and probe.port == port and probe.worker.scan.tally.sent == 0
    return probe


def reads(app: TuiScanApp, words: str) -> bool:
    """Whether the screen says this."""
    return words in told(app)


async def read_to_the_end(app: TuiScanApp, probe: Probe) -> None:
    """Press until all that came is shown."""
    await until(lambda: probe.complete)
    end = time.monotonic() + PATIENCE
    while not probe.all_shown:
        assert time.monotonic() < end
        await press(app, "space")


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_probes_are_sent_one_by_one_and_predictions_are_counted(ports: list[int], size: tuple[int, int]) -> None:
    opened_port, closed_port = ports
    app = program(f"{opened_port},{closed_port}")
    async with app.run_test(size=size):
        await opened(app)
        await press(app, "enter")
        for port in sorted(ports):
            probe = await asked(app, port)
            assert "inferred: the packets of a call are not seen" in told(app)
            await press(app, "1")
            await read_to_the_end(app, probe)
            await until(lambda: "Space makes the next" in told(app) or "That was the last port" in told(app))
            said, unsaid = "Your prediction held", "You predicted “a handshake: open”; it was “RST: closed”"
            if port == closed_port:
                said, unsaid = unsaid, said
            await until(partial(reads, app, said))
            assert unsaid not in told(app)
            await press(app, "space")
        await until(lambda: "predicted 1 of 2" in told(app))
        assert view(app).stepper.score == (1, 2) and len(view(app).stepper.probes) == 2
        assert all(len(line) <= size[0] for line in screen_text(app).splitlines())


async def test_an_exchange_is_saved_once_all_of_it_was_shown(ports: list[int], tmp_path: Path) -> None:
    app, file = program(str(ports[1])), tmp_path / "step.json"
    async with app.run_test(size=(80, 24)):
        await opened(app)
        await press(app, "enter")
        probe = await asked(app, ports[1])
        await press(app, "E")
        await until(lambda: [note.message for note in app._notifications] == [NOT_YET])
        await press(app, "space")
        await read_to_the_end(app, probe)
        await press(app, "E")
        await until(partial(reads, app, "Write this exchange to which file?"))
        app.screen.query_one(Input).value = str(file)
        await press(app, "enter")
        await until(file.exists)
        await until(lambda: any("The exchange was written" in note.message for note in app._notifications))
    told_there = json.loads(file.read_text())
    assert (told_there["port"], told_there["state"]) == (ports[1], "closed")


async def test_one_goes_back_and_forth_and_asks_again(ports: list[int]) -> None:
    app = program(str(ports[0]))
    async with app.run_test(size=(80, 24)):
        await opened(app)
        await press(app, "enter")
        first = await asked(app, ports[0])
        await press(app, "space")
        await read_to_the_end(app, first)
        await until(lambda: "OPEN" in told(app))
        await press(app, "left")
        await until(lambda: "OPEN" not in told(app) and "connect()" in told(app))
        await press(app, "left")
        await until(lambda: "This was sent" in told(app))
        await press(app, "right", "right")
        await until(lambda: "OPEN" in told(app))
        await press(app, "r")
        second = await asked(app, ports[0])
        assert second is not first
        await press(app, "left")
        await until(lambda: "OPEN" in told(app) and "probe 1 of 2" in told(app))
        await press(app, "2")
        await until(lambda: main(app).here == "local")
        assert second.stage is Stage.ASKING, "a digit goes to a view where no prediction is asked on the page"


async def test_packets_flow_where_that_is_wanted(ports: list[int]) -> None:
    app = program(str(ports[1]))
    async with app.run_test(size=(80, 24)):
        await opened(app)
        await press(app, "a", "enter")
        probe = await asked(app, ports[1])
        await press(app, "2")
        await until(lambda: probe.all_shown and "Your prediction held" in told(app))
        assert "flowing" in told(app)


async def test_what_is_kept_back_is_never_sent(ports: list[int]) -> None:
    app = program(str(ports[0]))
    async with app.run_test(size=(80, 24)):
        await opened(app)
        await press(app, "enter")
        probe = await asked(app, ports[0])
        await press(app, "escape")
        await until(lambda: "nothing was sent" in told(app))
        assert probe.worker.phase is Phase.STOPPED and probe.worker.scan.tally.sent == 0


async def test_a_probe_and_a_scan_do_not_run_at_once(ports: list[int]) -> None:
    app = program("1-3000", rate=100)
    async with app.run_test(size=(80, 24)):
        await opened(app)
        view(app).query_one("#step-ports", Input).value = str(ports[0])
        await press(app, "enter")
        await asked(app, ports[0])
        main(app).action_start_or_stop()
        await until(lambda: "A probe of step mode is under way" in told(app))
        assert app.session.worker is None
        await press(app, "enter", "escape")
        await until(lambda: not app.session.stepping)
        main(app).action_start_or_stop()
        await until(lambda: app.session.running)
        await press(app, "r")
        await until(lambda: "A scan is running" in told(app))
        assert len(view(app).stepper.probes) == 1
        app.session.stop()


async def test_leaving_keeps_the_probe_back(ports: list[int]) -> None:
    app = program(str(ports[0]))
    async with app.run_test(size=(80, 24)):
        await opened(app)
        await press(app, "enter")
        probe = await asked(app, ports[0])
        await press(app, "q")
        await until(lambda: not app.is_running)
    assert probe.worker.phase is Phase.STOPPED and probe.worker.scan.tally.sent == 0


async def test_the_port_under_the_scans_cursor_is_asked(ports: list[int]) -> None:
    app = program(f"{ports[0]},{ports[1]}")
    async with app.run_test(size=(80, 24)):
        await until(lambda: ready(app))
        await press(app, "s")
        await until(lambda: app.session.phase is Phase.FINISHED)
        await until(lambda: main(app).view.pointed == (0, sorted(ports).index(ports[0])))
        await opened(app)
        assert view(app).query_one("#step-ports", Input).value == str(ports[0])
        assert view(app).query_one("#step-target", Input).value == HOST
        choice: Choice[Technique] = view(app).query_one("#step-type", Choice)
        assert choice.value is Technique.CONNECT and Technique.SYN in choice.disabled_values


async def test_what_cannot_be_asked_is_a_sentence_and_sends_nothing() -> None:
    app = program("22")
    async with app.run_test(size=(80, 24)):
        await opened(app)
        for target, ports, words in (
            ("", "22", "No target"),
            (HOST, "99999", "99999"),
            ("127.0.0.8/30", "22", "one host is asked"),
            (HOST, "1-2000", "too many to step through"),
            ("224.0.0.1", "22", "never scanned"),
            ("8.8.8.8", "22", "Type yes"),
        ):
            view(app).query_one("#step-target", Input).value = target
            view(app).query_one("#step-ports", Input).value = ports
            await press(app, "enter")
            await until(lambda words=words: len(app.screen_stack) == 2 and words in told(app))  # type: ignore[misc]
            await press(app, "escape")
            await until(lambda: len(app.screen_stack) == 1)
        assert not view(app).stepper.probes


async def test_the_other_side_is_the_labs_alone_and_no_size_breaks_the_view(ports: list[int]) -> None:
    app = program(str(ports[0]))
    async with app.run_test(size=(80, 24)):
        await opened(app)
        await press(app, "o", "enter")
        probe = await asked(app, ports[0])
        await press(app, "space")
        await read_to_the_end(app, probe)
        await until(lambda: "in the lab alone" in told(app))
        for width, height in [(40, 10), (160, 12), (200, 60), (20, 5), (80, 24)]:
            await resize(app, width, height)
            await press(app, "left", "right", "o", "o")
        await until(lambda: "in the lab alone" in told(app))
