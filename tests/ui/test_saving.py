"""An exchange as text, JSON and pcapng, the screen as a picture: what is in the files, and what stands in the way."""

import asyncio
import io
import json
import pathlib
import re
import subprocess
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable

import pytest
from textual.widgets import Input

from tests.ui.driven import main, press, program, ready, screen_text, told, until, written
from tests.ui.test_exchange_pane import ssh_scan
from tui_scan.engine.progress import Phase
from tui_scan.exchange.story import as_fields, story
from tui_scan.exchange.text import full_text
from tui_scan.model.errors import LocalError, UsageError
from tui_scan.model.packets import Packet
from tui_scan.report.json_lines import write_json_lines
from tui_scan.report.run import Run
from tui_scan.ui.app import TuiScanApp
from tui_scan.ui.saving import write_exchange, write_picture
from tui_scan.ui.screens.packets import PacketsView
from tui_scan.ui.widgets.confirm import Ask, Confirm


def test_text_is_what_is_copied(tmp_path: pathlib.Path) -> None:
    scan, _ = ssh_scan()
    path = write_exchange(scan, 0, 0, str(tmp_path / "one.txt"))
    assert path.read_text() == full_text(story(scan, 0, 0))


def test_json_has_the_fields_of_the_report(tmp_path: pathlib.Path) -> None:
    scan, _ = ssh_scan()
    path = write_exchange(scan, 0, 0, str(tmp_path / "one.json"))
    out = io.StringIO()
    write_json_lines(Run(scan, "", Phase.FINISHED), out, lambda host, column: as_fields(story(scan, host, column)))
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    (wanted,) = [line for line in lines if line["type"] == "port" and line["port"] == 22]
    assert json.loads(path.read_text()) == wanted
    assert [step["flags"] for step in wanted["exchange"]] == ["S", "SA", "R"]


def test_tshark_reads_the_pcapng_with_its_comments(peer: Callable[[str], str], tmp_path: pathlib.Path) -> None:
    scan, _ = ssh_scan()
    path = write_exchange(scan, 0, 0, str(tmp_path / "one.pcapng"))
    fields = ("frame.time_epoch", "frame.len", "tcp.flags.str", "frame.comment", "_ws.malformed")
    command = [peer("tshark"), "-n", "-r", str(path), "-T", "fields", "-E", "separator=;"]
    done = subprocess.run(
        [*command, *(word for name in fields for word in ("-e", name))], capture_output=True, text=True, check=True
    )
    read = [line.split(";") for line in done.stdout.splitlines()]
    packets = [item for item in scan.exchange(0, 0) if isinstance(item, Packet)]
    assert len(read) == len(packets) == 3
    for (epoch, length, flags, comment, malformed), one in zip(read, packets, strict=True):
        assert round(float(epoch) * 1e6) == one.time_ns // 1000 or abs(float(epoch) * 1e9 - one.time_ns) < 1000
        assert int(length) == len(one.data) and not malformed
        assert comment.startswith("Try 1: ") and "Verdict: open (syn-ack)." in comment
        assert set(flags) - {"·"} in ({"S"}, {"S", "A"}, {"R"})


def test_where_no_packet_was_seen_pcapng_says_so_and_leaves_no_file(tmp_path: pathlib.Path) -> None:
    scan, _ = ssh_scan()
    with pytest.raises(UsageError, match="No packet of this port was seen"):
        write_exchange(scan, 0, 1, str(tmp_path / "two.pcapng"))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "words", "kind"),
    [
        ("one.doc", "no known kind", UsageError),
        ("one", "no known kind", UsageError),
        ("nowhere/one.txt", "Cannot write", LocalError),
        ("~nobody-of-that-name/one.txt", "no|home", UsageError),
    ],
)
def test_a_bad_path_is_a_sentence(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, name: str, words: str, kind: type[Exception]
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(kind, match=words):
        write_exchange(ssh_scan()[0], 0, 0, name)
    with pytest.raises((UsageError, LocalError)):
        write_picture("<svg/>", name)
    assert not list(tmp_path.iterdir())


async def answered(app: TuiScanApp, name: str) -> None:
    """Type a file name into the question and go on."""
    await until(lambda: isinstance(app.screen, Ask) and bool(app.screen.query("#answer")))
    app.screen.query_one("#answer").value = name  # type: ignore[attr-defined]
    await press(app, "enter")


async def test_a_file_that_is_there_is_replaced_after_a_yes_alone(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "one.txt"
    path.write_text("mine")
    app = program("127.0.0.9", "1-3")
    async with app.run_test(size=(80, 24)):
        await until(lambda: ready(app))
        await press(app, "s")
        await until(lambda: app.session.phase is Phase.FINISHED)
        for key, kept in (("n", True), ("y", False)):
            await press(app, "E")
            await answered(app, str(path))
            await until(lambda: isinstance(app.screen, Confirm))
            await press(app, key)
            await until(lambda: not isinstance(app.screen, Confirm))
            if kept:
                await asyncio.sleep(0.3)
                assert path.read_text() == "mine"
                await press(app, "escape")
                await until(lambda: not isinstance(app.screen, Ask))
        await until(lambda: "connect()" in path.read_text())


@pytest.mark.parametrize(
    ("key", "wrong", "right"), [("E", "one.doc", "one.txt"), ("e", "one.doc", "one.xml"), ("I", "one.png", "one.svg")]
)
async def test_a_wrong_name_is_told_in_place_and_what_is_typed_next_mends_it(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, key: str, wrong: str, right: str
) -> None:
    monkeypatch.chdir(tmp_path)
    app = program("127.0.0.9", "1-3")
    async with app.run_test(size=(80, 24)):
        await until(lambda: ready(app))
        await press(app, "s")
        await until(lambda: app.session.phase is Phase.FINISHED)
        await press(app, key)
        await answered(app, wrong)
        await until(lambda: f"“{wrong}”" in told(app))
        assert isinstance(app.screen, Ask)
        assert app.screen.query_one("#answer", Input).value == wrong
        await press(app, "end", *["backspace"] * 3, *right[-3:], "enter")
        await until(lambda: written(tmp_path / right))
        await until(lambda: not isinstance(app.screen, Ask))
        assert main(app).here == "scan"


async def test_the_packets_view_saves_the_exchange_of_its_row(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "row.json"
    app = program("127.0.0.9", "1-3")
    async with app.run_test(size=(80, 24)):
        await until(lambda: ready(app))
        await press(app, "s", "4")
        await until(lambda: app.session.phase is Phase.FINISHED and bool(main(app).query(PacketsView)))
        table = main(app).query_one(PacketsView).table
        await until(lambda: table.lines is not None and len(table.lines) == 6)
        await press(app, "G", "E")
        await answered(app, str(path))
        await until(lambda: written(path))
        cell = table.lines.cell(5) if table.lines is not None else None
        assert cell is not None and json.loads(path.read_text())["port"] == cell[1] + 1


async def test_the_screen_is_saved_as_it_is_seen(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "screen.svg"
    app = program("127.0.0.9", "1-3")
    async with app.run_test(size=(80, 24)):
        await until(lambda: ready(app))
        await until(lambda: "127.0.0.9" in screen_text(app))
        await press(app, "I")
        await answered(app, str(path))
        await until(lambda: written(path))
    assert not re.search(r"url\(.?http|href=", path.read_text()), "it loads nothing from elsewhere"
    words = "".join("".join(ElementTree.parse(path).getroot().itertext()).split())
    assert "127.0.0.9" in words and "4Packets" in words
    assert "whichfile" not in words, "the dialog is not in the picture"
