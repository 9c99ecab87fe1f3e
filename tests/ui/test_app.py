"""The whole program under Pilot, with real connect scans of listeners that the test made."""

import asyncio
import json
import pathlib
import xml.etree.ElementTree
from dataclasses import replace

import pytest
from textual.widgets import Input

from tests.ui.driven import at_rest, press, program, ready, resize, screen_text, until, view, written
from tests.ui.listening import Listeners
from tui_scan.engine.progress import Phase
from tui_scan.model.states import PortState
from tui_scan.model.timing import TEMPLATES
from tui_scan.ui.app import TuiScanApp
from tui_scan.ui.keys import KEYS
from tui_scan.ui.screens.form import FormScreen
from tui_scan.ui.widgets.confirm import Ask, Confirm, Notice
from tui_scan.ui.widgets.help import OURS, HelpPage
from tui_scan.ui.widgets.results import Results, ResultsTable

SIZES = [(80, 24), (160, 50)]


def shown_ports(table: ResultsTable) -> list[int]:
    """The ports in the table, from the top."""
    at = next(n for n, column in enumerate(table.columns) if column.key == "port")
    return [int(str(table.rows.cells(row)[at])) for row in range(len(table.rows))]


@pytest.mark.parametrize("size", SIZES)
async def test_a_scan_by_key_finds_just_the_listeners(listeners: Listeners, size: tuple[int, int]) -> None:
    app = program(listeners.address, listeners.range)
    async with app.run_test(size=size):
        await until(lambda: ready(app))
        assert app.session.worker is None, "nothing may be sent before the person starts it"
        await until(lambda: "1 host x 1,000 ports = 1,000 probes" in screen_text(app))
        await press(app, "s")
        await until(lambda: app.session.phase is Phase.FINISHED)
        counts = ("DONE", f"open {len(listeners.ports)}", f"closed {1000 - len(listeners.ports)}")
        await until(lambda: all(one in screen_text(app) for one in counts))
        table = view(app).query_one(ResultsTable)
        await until(lambda: tuple(shown_ports(table)) == listeners.ports)
        await until(lambda: f"{listeners.ports[0]}/tcp OPEN" in screen_text(app) and "connect()" in screen_text(app))
        await press(app, "n")
        await until(lambda: f"{listeners.ports[1]}/tcp OPEN" in screen_text(app))


async def test_open_ports_appear_while_the_scan_runs_and_stop_keeps_them(listeners: Listeners) -> None:
    app = program(listeners.address, listeners.range, slow=True)
    app.session.request = replace(app.session.request, timing=replace(TEMPLATES[3], scan_delay=10))
    async with app.run_test(size=(160, 50)):
        await until(lambda: ready(app))
        await press(app, "s")
        await until(lambda: view(app).query_one(Results).count > 0 and "RUN" in screen_text(app))
        assert app.session.running
        await press(app, "s")
        await until(lambda: app.session.phase is Phase.STOPPED)
        await until(lambda: "STOPPED" in screen_text(app))
        found = set(shown_ports(view(app).query_one(ResultsTable)))
        assert found
        assert found <= set(listeners.ports)


def sent(app: TuiScanApp) -> int:
    """Probes that were sent."""
    return app.session.scan.tally.sent if app.session.scan else 0


async def test_pause_holds_the_sending_and_resume_goes_on(listeners: Listeners) -> None:
    app = program(listeners.address, "1-65535", slow=True)
    async with app.run_test(size=(80, 24)):
        await until(lambda: ready(app))
        await press(app, "s")
        await until(lambda: sent(app) > 20)
        await press(app, "p")
        await until(lambda: app.session.phase is Phase.PAUSED)
        await at_rest(lambda: sent(app))
        held = sent(app)
        await until(lambda: "PAUSED" in screen_text(app))
        assert sent(app) == held
        await press(app, "p")
        await until(lambda: sent(app) > held)


async def test_a_frozen_view_stands_still_while_the_scan_goes_on(listeners: Listeners) -> None:
    app = program(listeners.address, "1-65535", slow=True)
    async with app.run_test(size=(80, 24)):
        await until(lambda: ready(app))
        await press(app, "s")
        await until(lambda: app.session.running)
        await press(app, "z")
        await until(lambda: "[FROZEN]" in screen_text(app))
        await at_rest(lambda: screen_text(app))
        scan, before = app.session.scan, screen_text(app)
        assert scan is not None
        version = scan.ledger.version
        await until(lambda: scan.ledger.version > version + 50)
        assert screen_text(app) == before
        await press(app, "z")
        await until(lambda: screen_text(app) != before)


async def test_quit_asks_while_a_scan_runs(listeners: Listeners) -> None:
    app = program(listeners.address, "1-65535", slow=True)
    async with app.run_test(size=(80, 24)):
        await until(lambda: ready(app))
        await press(app, "s")
        await until(lambda: app.session.running)
        await press(app, "q")
        await until(lambda: isinstance(app.screen, Confirm))
        await press(app, "n")
        await until(lambda: not isinstance(app.screen, Confirm))
        assert app.session.running
        await press(app, "ctrl+c")
        await until(lambda: isinstance(app.screen, Confirm))
        await press(app, "y")
        await until(lambda: not app.is_running)
    assert app.session.phase is Phase.STOPPED


async def test_quit_with_summary_returns_the_report(listeners: Listeners) -> None:
    app = program(listeners.address, listeners.range)
    async with app.run_test(size=(80, 24)):
        await until(lambda: ready(app))
        await press(app, "s")
        await until(lambda: app.session.phase is Phase.FINISHED)
        await press(app, "Q")
        await until(lambda: not app.is_running)
    assert app.return_value is not None
    for port in listeners.ports:
        assert f"{port}/tcp" in app.return_value


async def test_a_public_target_needs_a_typed_yes_and_sends_nothing_without() -> None:
    app = program("192.0.2.1", "80")
    async with app.run_test(size=(80, 24)):
        await until(lambda: ready(app))
        await press(app, "s")
        await until(lambda: isinstance(app.screen, Ask) and "192.0.2.1 is a public address" in screen_text(app))
        assert "--authorized" not in screen_text(app), "that is said on a command line"
        await press(app, "n", "o", "enter")
        await until(lambda: "Type yes to go on" in screen_text(app))
        await press(app, "escape")
        await until(lambda: not isinstance(app.screen, Ask))
        await asyncio.sleep(0.1)
        assert app.session.worker is None


async def test_a_refused_target_says_why() -> None:
    app = program("224.0.0.1", "80")
    async with app.run_test(size=(80, 24)):
        await until(lambda: ready(app))
        await press(app, "s")
        await until(lambda: isinstance(app.screen, Notice) and "multicast" in screen_text(app))
        await press(app, "enter")
        await until(lambda: not isinstance(app.screen, Notice))
        assert app.session.worker is None


async def test_without_a_target_start_opens_the_form() -> None:
    app = program("")
    async with app.run_test(size=(80, 24)):
        await until(lambda: "Nothing has been sent yet" in screen_text(app))
        await press(app, "s")
        await until(lambda: isinstance(app.screen, FormScreen) and isinstance(app.focused, Input))
        await press(app, *"127.0.0.1")
        await press(app, "enter")
        await until(lambda: ready(app) and app.session.request.targets == ("127.0.0.1",))


async def test_every_size_is_bearable_while_a_scan_runs(listeners: Listeners) -> None:
    app = program(listeners.address, "1-65535", slow=True)
    async with app.run_test(size=(160, 50)):
        await until(lambda: ready(app))
        await press(app, "s")
        await until(lambda: app.session.running)
        for size in ((40, 10), (20, 4), (80, 24), (132, 40), (300, 90), (119, 36), (40, 10)):
            await resize(app, *size)
            for keys in ("v", "v", "c", "escape", "question_mark", "escape", "2", "1"):
                await press(app, keys)
        await press(app, "z")
        await until(lambda: app.session.frozen, 20)
        await press(app, "z")
        await until(lambda: all(word in screen_text(app) for word in ("RUN", "? help", "q quit")))


async def test_the_results_jump_to_their_port(listeners: Listeners) -> None:
    app = program(listeners.address, listeners.range)
    async with app.run_test(size=(80, 24)):
        await until(lambda: ready(app))
        await press(app, "s")
        await until(lambda: app.session.phase is Phase.FINISHED)
        table = view(app).query_one(ResultsTable)
        await until(lambda: len(table.rows) == len(listeners.ports))
        await press(app, "v")
        await until(lambda: table.has_focus)
        await press(app, "G", "enter")
        await until(lambda: f"{listeners.ports[-1]}/tcp OPEN" in screen_text(app) and view(app).face == "map")


async def test_the_filter_shows_what_matches_and_says_what_is_wrong(listeners: Listeners) -> None:
    app = program(listeners.address, listeners.range)
    async with app.run_test(size=(160, 50)):
        await until(lambda: ready(app))
        await press(app, "s")
        await until(lambda: app.session.phase is Phase.FINISHED)
        await press(app, "slash")
        field, table = app.screen.query_one("#filter", Input), view(app).query_one(ResultsTable)
        wanted = listeners.ports[2]
        field.value = f"port:{wanted} state:open"
        await until(lambda: shown_ports(table) == [wanted])
        field.value = "state:closed"
        await until(lambda: len(table.rows) == 1000 - len(listeners.ports))
        field.value = "state:ajar"
        await until(lambda: "“ajar” is no state" in screen_text(app))
        await press(app, "escape")
        await until(lambda: tuple(shown_ports(table)) == listeners.ports)


async def test_export_never_overwrites_unasked(listeners: Listeners, tmp_path: pathlib.Path) -> None:
    app, target = program(listeners.address, listeners.range), tmp_path / "found.xml"

    async def export(name: str) -> None:
        if not isinstance(app.screen, Ask):
            await press(app, "e")
        await until(lambda: isinstance(app.screen, Ask) and bool(app.screen.query("#answer")))
        app.screen.query_one("#answer", Input).value = name
        await press(app, "enter")

    async with app.run_test(size=(80, 24), notifications=True):
        await until(lambda: ready(app))
        await press(app, "s")
        await until(lambda: app.session.phase is Phase.FINISHED)
        await export(str(target))
        await until(lambda: written(target) and not isinstance(app.screen, Ask))
        root = xml.etree.ElementTree.parse(target).getroot()
        opened = [p.get("portid") for p in root.iter("port") if p.find("state[@state='open']") is not None]
        assert tuple(map(int, filter(None, opened))) == listeners.ports
        target.write_text("mine")
        await export(str(target))
        await until(lambda: isinstance(app.screen, Confirm))
        await press(app, "n")
        await until(lambda: not isinstance(app.screen, Confirm))
        assert target.read_text() == "mine"
        await export(str(tmp_path / "missing" / "found.xml"))
        await until(lambda: "Cannot write" in screen_text(app))
        await export(str(tmp_path / "found.docx"))
        await until(lambda: "ends in no known kind" in screen_text(app))


async def test_export_as_json_lines_tells_every_listener_with_its_exchange(
    listeners: Listeners, tmp_path: pathlib.Path
) -> None:
    app, target = program(listeners.address, listeners.range), tmp_path / "found.jsonl"
    async with app.run_test(size=(80, 24)):
        await until(lambda: ready(app))
        await press(app, "s")
        await until(lambda: app.session.phase is Phase.FINISHED)
        await press(app, "e")
        await until(lambda: isinstance(app.screen, Ask) and bool(app.screen.query("#answer")))
        app.screen.query_one("#answer", Input).value = str(target)
        await press(app, "enter")
        await until(lambda: written(target))
    lines = [json.loads(line) for line in target.read_text().splitlines()]
    opened = [line for line in lines if line["type"] == "port" and line["state"] == "open"]
    assert tuple(line["port"] for line in opened) == listeners.ports
    assert all(line["exchange"] for line in opened)


async def test_a_host_is_called_by_its_name_once_the_scan_is_over(
    listeners: Listeners, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "tui_scan.engine.discovery.naming.names_of",
        lambda wanted, request, seconds, system: dict.fromkeys(wanted, "box.example"),
    )
    app = program(listeners.address, listeners.range)
    async with app.run_test(size=(80, 24)):
        await until(lambda: ready(app))
        assert "box.example" not in screen_text(app)
        await press(app, "s")
        await until(lambda: screen_text(app).count(f"{listeners.address} (box.example)") == 2)


async def test_help_tells_every_key_and_every_look() -> None:
    app = program("127.0.0.1")
    async with app.run_test(size=(80, 400)):
        await until(lambda: ready(app))
        await press(app, "question_mark")
        await until(lambda: isinstance(app.screen, HelpPage) and OURS in screen_text(app))
        text = " ".join(screen_text(app).replace("│", " ").split())
        for key in KEYS:
            assert key.tooltip in text, key.id
        for state in PortState:
            if state:
                assert state.label in text
        assert OURS in text
        await press(app, "escape")
        await until(lambda: len(app.screen_stack) == 1)


async def test_the_keys_of_the_scan_do_nothing_on_another_page() -> None:
    app = program("127.0.0.1", "1-10")
    async with app.run_test(size=(80, 24)):
        await until(lambda: ready(app))
        await press(app, "2", "s", "c")
        await asyncio.sleep(0.3)
        assert app.session.worker is None
        assert len(app.screen_stack) == 1
        await press(app, "1", "s")
        await until(lambda: app.session.phase is Phase.FINISHED)


async def test_a_cursor_that_the_person_moved_stays_where_it_is(listeners: Listeners) -> None:
    app = program(listeners.address, listeners.range)
    async with app.run_test(size=(80, 24)):
        await until(lambda: ready(app))
        await press(app, "G", "s")
        await until(lambda: "DONE" in screen_text(app))
        await asyncio.sleep(0.2)
        assert view(app).column == 999


async def test_the_list_and_the_exchange_show_the_same_port(listeners: Listeners) -> None:
    app = program(listeners.address, listeners.range)
    async with app.run_test(size=(160, 50)):
        await until(lambda: ready(app))
        await press(app, "s")
        await until(lambda: f"{listeners.ports[0]}/tcp OPEN" in screen_text(app))
        await press(app, "n", "n")
        table = view(app).query_one(ResultsTable)
        await until(lambda: table.cursor == 2)
        await press(app, "v", "j")
        await until(lambda: f"{listeners.ports[3]}/tcp OPEN" in screen_text(app))
        await until(lambda: {"reason", "rtt", "ttl"} <= {column.key for column in table.shown_columns})


async def test_what_holds_a_scan_up_is_said_whole(listeners: Listeners) -> None:
    app = program(listeners.address, "1-65535", slow=True)
    note = "10.77.0.3 answers about 1.0 ICMP errors a second: 290 s to be sure of 288 ports"
    async with app.run_test(size=(80, 24)):
        await until(lambda: ready(app))
        await press(app, "s")
        await until(lambda: sent(app) > 20)
        assert app.session.scan is not None
        app.session.scan.tally.note = note
        await until(lambda: " ".join(note.split()) in " ".join(screen_text(app).split()))
