"""The comparison's view under Pilot: every class of a host that has them all, by ssh, by file and from elsewhere."""

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from textual.widgets import Input

from tests.compare_world import ALARM, EXPOSED, INNER, PORTS, REJECTED, CompareWorld, Key
from tests.namespaces import Link, inside
from tests.ssh_server import SshServer, ssh_server
from tests.ui.driven import PATIENCE, SESSIONS, main, press, resize, screen_text, taken, told, until, written
from tui_scan.compare.classes import PortClass
from tui_scan.engine.progress import Phase
from tui_scan.model.discovery import NO_DISCOVERY
from tui_scan.model.request import ScanRequest
from tui_scan.model.techniques import Protocol
from tui_scan.model.timing import TEMPLATES
from tui_scan.ui.app import TuiScanApp
from tui_scan.ui.comparing import Source
from tui_scan.ui.screens.compare import CompareView
from tui_scan.ui.session import Session
from tui_scan.ui.widgets.compare_form import SourceChoice
from tui_scan.ui.widgets.compare_rows import CompareRows
from tui_scan.ui.widgets.exchange_pane import ExchangePane
from tui_scan.ui.widgets.form_choice import Choice
from tui_scan.ui.widgets.told_scroll import ToldScroll

SIZES = [(80, 24), (160, 50)]
BOTH = " ".join(Link.address.values())


@pytest.fixture
def plain_ssh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> "SshAs":
    """Makes ``ssh`` mean the command of a server."""
    return SshAs(monkeypatch, tmp_path)


class SshAs:
    """Puts a program ``ssh`` before the others that calls another command."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, directory: Path) -> None:
        self._patch, self._directory = monkeypatch, directory

    def use(self, server: SshServer) -> None:
        """From now on ``ssh`` is the server's command."""
        server.stand_in(self._directory)
        self._patch.setenv("PATH", str(self._directory), prepend=":")


def program(target: str, *, raw: bool = True) -> TuiScanApp:
    """The program with its form filled."""
    request = ScanRequest((target,), ports="1", timing=TEMPLATES[4], discovery=NO_DISCOVERY)
    app = TuiScanApp(Session(request, raw=raw), fps=30)
    SESSIONS.append(app.session)
    return app


def view(app: TuiScanApp) -> CompareView:
    """The comparison's view."""
    return main(app).query_one(CompareView)


async def opened(app: TuiScanApp) -> None:
    """Go to the view."""
    await until(lambda: app.session.scan is not None)
    await press(app, "3")
    await until(lambda: bool(main(app).query(CompareView)) and app.focused is view(app).table)


async def compared(
    app: TuiScanApp, target: str, source: Source = Source.OWN, where: str = "", ports: str = PORTS, there: str = ""
) -> None:
    """Fill the form, start, and wait until the end is drawn."""
    form = view(app).form
    form.query_one(Choice).choose(source)
    for name, value in (("target", target), ("where", where), ("ports", ports), ("from", there)):
        form.query_one(f"#compare-{name}", Input).value = value
    await press(app, "enter")
    await until(lambda: app.session.comparison is not None)
    worker = app.session.comparison
    assert worker is not None
    await until(lambda: worker.phase is Phase.FINISHED, 3 * PATIENCE)
    await until(lambda: view(app)._drawn == (worker, worker.version, worker.phase))
    await taken(app)


def reads(app: TuiScanApp, *words: str) -> bool:
    """Whether the screen says all of this."""
    return all(one in told(app) for one in words)


def classes(app: TuiScanApp, address: str) -> dict[Key, str]:
    """The classes of one address by protocol and port, as the table has them."""
    rows = view(app).table.rows
    assert isinstance(rows, CompareRows)
    return {
        (one.protocol.value, one.port): str(one.class_)
        for one in rows.shown
        if one.address == address and one.port != 2222
    }


async def test_every_class_over_ssh(compared_world: CompareWorld, compared_server: SshServer, plain_ssh: SshAs) -> None:
    plain_ssh.use(compared_server)
    with inside(compared_world.link.scanner):
        app = program(Link.address[4])
        async with app.run_test(size=SIZES[0]):
            await opened(app)
            await compared(app, BOTH, Source.SSH, compared_server.host)
            for family, address in Link.address.items():
                assert classes(app, address) == compared_world.truth(family)
            for size in SIZES:
                await resize(app, *size)
                words = ("Class", "2 alarm", f"{ALARM}/tcp on {Link.address[4]}", "nft list ruleset")
                await until(partial(reads, app, *words))
                lines = screen_text(app).splitlines()
                assert all(len(line) <= size[0] for line in lines)
                first = next(at for at, line in enumerate(lines) if line.startswith("Class"))
                assert "alarm" in lines[first + 1] and "alarm" in lines[first + 2], "what needs a look stands first"
            for size in [(40, 10), (160, 12), (200, 60), (20, 5), (80, 24)]:
                await resize(app, *size)
                await press(app, "down", "x", "up", "o")
            await until(lambda: "2 alarm" in told(app))


CAME, WENT = 8029, 8030
_ASKING_TWICE = """#!/bin/sh
case " $* " in *" -G "*) exec "$0.real" "$@";; esac
wait_for() { touch "$1"; while [ -e "$1" ]; do sleep 0.02; done; }
[ -e "$0.asked" ] && wait_for "$0.again"
"$0.real" "$@"
status=$?
[ -e "$0.asked" ] || { touch "$0.asked"; wait_for "$0.first"; }
exit $status
"""
"""An ssh that has something done after its first call, and before its second; what it only asks of itself is none."""


@contextmanager
def changing(world: CompareWorld, ssh: Path) -> Iterator[None]:
    """A listener comes after the first list, and another goes before the second."""
    ssh.rename(f"{ssh}.real")
    ssh.write_text(_ASKING_TWICE)
    ssh.chmod(0o755)
    with inside(world.link.target):
        went, came = socket.socket(), socket.socket()
    with went, came:
        for sock, port in ((went, WENT), (came, CAME)):
            sock.bind(("", port))
        went.listen()
        over = threading.Event()

        def change() -> None:
            for name, step in (("first", came.listen), ("again", went.close)):
                mark = Path(f"{ssh}.{name}")
                while not mark.exists() and not over.wait(0.02):
                    pass
                step()
                mark.unlink(missing_ok=True)

        thread = threading.Thread(target=change)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


async def test_what_changed_while_scanning_is_of_no_class(
    compared_world: CompareWorld, compared_server: SshServer, plain_ssh: SshAs, tmp_path: Path
) -> None:
    plain_ssh.use(compared_server)
    with changing(compared_world, tmp_path / "ssh"), inside(compared_world.link.scanner):
        app = program(Link.address[4])
        async with app.run_test(size=(80, 24)):
            await opened(app)
            ports = f"T:{EXPOSED},{CAME},{WENT}"
            await compared(app, Link.address[4], Source.SSH, compared_server.host, ports)
            assert classes(app, Link.address[4]) == {
                ("tcp", EXPOSED): "exposed",
                ("tcp", CAME): "unproven",
                ("tcp", WENT): "unproven",
            }
            await until(lambda: told(app).count("unproven, changed") >= 2)
            assert view(app).table.seek(Protocol.TCP, WENT)
            await resize(app, *SIZES[1])
            await until(lambda: "by the second no-local-listener" in told(app))
            assert view(app).table.seek(Protocol.TCP, CAME)
            await until(lambda: "By the first list this would be no-local-listener" in told(app))


async def test_a_view_asked_for_at_once_comes_when_the_page_is_whole() -> None:
    app = program("127.0.0.1")
    async with app.run_test(size=(80, 24)):
        await press(app, "3")
        await until(lambda: "List [own] ssh file" in told(app))


async def test_packets_filter_copy_and_export_of_a_saved_list(compared_world: CompareWorld, tmp_path: Path) -> None:
    saved = tmp_path / "ss.txt"
    saved.write_text(compared_world.link.at_target("ss", "-tulnpe"))
    with inside(compared_world.link.scanner):
        app = program(Link.address[4])
        async with app.run_test(size=(80, 24)):
            await opened(app)
            await compared(app, Link.address[4], Source.FILE, str(saved))
            assert classes(app, Link.address[4]) == compared_world.truth(4, namespaces=False)
            assert view(app).table.seek(Protocol.TCP, REJECTED)
            await press(app, "x")
            pane = view(app).query_one(ExchangePane)
            await until(lambda: pane.exchange is not None and pane.exchange.port == REJECTED)
            await until(lambda: "ICMP" in told(app) and "SYN" in told(app))
            await press(app, "x", "slash")
            await until(lambda: isinstance(app.focused, Input))
            await press(app, *"class:exp")
            await until(lambda: "hidden by the filter" in told(app))
            await until(lambda: set(classes(app, Link.address[4])) == {("tcp", EXPOSED), ("udp", 8022)})
            await press(app, "enter", "escape")
            await until(lambda: len(classes(app, Link.address[4])) > 3)
            await press(app, "y")
            await until(lambda: bool(app.clipboard))
            assert "listens at" in app.clipboard and "the port is open" in app.clipboard
            await press(app, "e")
            target = tmp_path / "found.jsonl"
            await until(lambda: "JSON lines" in told(app) and bool(app.screen.query(Input)))
            app.screen.query_one(Input).value = str(target)
            await press(app, "enter")
            await until(lambda: written(target))
            rows = [json.loads(line) for line in target.read_text().splitlines()]
            found = {(row["proto"], row["port"]): row["class"] for row in rows}
            found.pop(("tcp", 2222), None)
            assert found == compared_world.truth(4, namespaces=False)


async def test_why_ssh_failed_can_be_read_to_its_end(
    compared_world: CompareWorld, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    words = "kex_exchange_identification: the other side closed the connection " * 2 + "and said goodbye"
    (tmp_path / "ssh").write_text(f"#!/bin/sh\necho '{words}' >&2\nexit 255\n")
    (tmp_path / "ssh").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with inside(compared_world.link.target):
        app = program(Link.address[4])
        async with app.run_test(size=(80, 24)):
            await opened(app)
            form = view(app).form
            form.query_one("#compare-ports", Input).value = f"T:{EXPOSED}"
            form.query_one("#compare-from", Input).value = "vantage.test"
            await press(app, "enter")
            await until(lambda: app.session.comparison is not None and app.session.comparison.phase is Phase.FAILED)
            await until(lambda: told(app).count("and said goodbye") == 2)


async def test_another_host_looks_at_this_one(compared_world: CompareWorld, plain_ssh: SshAs) -> None:
    link = compared_world.link
    with ssh_server(link, at=link.scanner, client=link.target) as vantage, inside(link.target):
        plain_ssh.use(vantage)
        app = program(Link.address[4])
        async with app.run_test(size=(80, 24)):
            await opened(app)
            ports = f"T:{EXPOSED},{ALARM},{INNER},{REJECTED}"
            await compared(app, BOTH, ports=ports, there=vantage.host)
            for family, address in Link.address.items():
                truth = {
                    key: one for key, one in compared_world.truth(family).items() if key[1] in (8001, 8004, 8008, 8009)
                }
                assert classes(app, address) == truth
            await press(app, "x")
            await until(lambda: f"tcpdump -n host {Link.address[4]} and port {ALARM}" in told(app))
            await press(app, "E")
            await until(lambda: any("no exchange to save here" in one.message for one in app._notifications))
            await resize(app, *SIZES[1])
            await until(lambda: f"From {vantage.host} the port is open" in told(app))


async def test_a_long_text_is_scrolled_and_another_ports_begins_at_its_top(
    compared_world: CompareWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "ss.txt").write_text(compared_world.link.at_target("ss", "-tulnpe"))
    with inside(compared_world.link.scanner):
        app = program(Link.address[4])
        async with app.run_test(size=(80, 24)):
            await opened(app)
            await press(app, "c")
            await compared(app, BOTH, Source.FILE, "~/ss.txt", ports=f"T:{EXPOSED},{ALARM}")
            words = view(app).query_one(ToldScroll)
            await press(app, "tab")
            await until(lambda: app.focused is words and "Esc back" in told(app))
            await press(app, "G")
            await until(lambda: words.scroll_offset.y > 0 and f"import{tmp_path}/ss.txt" in told(app).replace(" ", ""))
            await press(app, "escape", "down")
            await until(lambda: words.scroll_offset.y == 0 and f"{ALARM}/tcp on {Link.address[6]}" in told(app))


async def test_enter_starts_from_the_source_too_and_its_hint_follows() -> None:
    app = program("127.0.0.1", raw=False)
    async with app.run_test(size=(160, 50)):
        await opened(app)
        source = view(app).form.query_one(SourceChoice)
        view(app).form.query_one("#compare-ports", Input).value = "T:1"
        source.focus()
        for hint in ("(host, or user@host)", "(saved ss, netstat, …)", "(this machine's)"):
            await press(app, "right")
            await until(lambda hint=hint: hint in told(app))  # type: ignore[misc]
        await press(app, "enter")
        await until(lambda: app.session.comparison is not None)


async def test_a_self_scan_is_called_no_remote_view(compared_world: CompareWorld) -> None:
    with inside(compared_world.link.target):
        app = program(Link.address[4], raw=False)
        async with app.run_test(size=(80, 24)):
            await opened(app)
            await compared(app, Link.address[4], ports=f"T:{EXPOSED},{ALARM}")
            await until(partial(reads, app, "no remote view", "This is no remote view"))
            assert classes(app, Link.address[4])["tcp", EXPOSED] == PortClass.UNPROVEN


async def test_a_listener_of_the_local_view_leads_here(compared_world: CompareWorld) -> None:
    with inside(compared_world.link.target):
        app = program("127.0.0.1", raw=False)
        async with app.run_test(size=(80, 24)):
            await opened(app)
            await compared(app, Link.address[4], ports=f"T:{EXPOSED},{ALARM}")
            view(app).go(Protocol.TCP, EXPOSED)
            await until(lambda: f"{EXPOSED}/tcp on" in told(app))
            app.session.comparison = None
            view(app).go(Protocol.TCP, ALARM)
            form = view(app).form
            await until(lambda: f"Port {ALARM} has no verdict yet" in told(app))
            assert app.focused is view(app).table
            assert set(form.typed.targets.split()) >= {*Link.address.values()}


@pytest.mark.parametrize(
    ("target", "source", "where", "words"),
    [
        ("", Source.OWN, "", "No target"),
        ("127.0.0.1", Source.SSH, "", "is missing"),
        ("127.0.0.1", Source.FILE, "/missing/list", "/missing/list cannot be read"),
        ("127.0.0.1", Source.FILE, "-", "is no file"),
        ("127.0.0.1", Source.FILE, "/dev/tty", "is no file"),
        ("127.0.0.1", Source.SSH, "-oProxyCommand=x", "is no host for ssh"),
        ("224.0.0.1", Source.OWN, "", "never scanned"),
        ("10.0.0.0/24", Source.OWN, "", "16 at most"),
    ],
)
async def test_what_is_wrong_is_a_sentence(target: str, source: Source, where: str, words: str) -> None:
    app = program("127.0.0.1")
    async with app.run_test(size=(80, 24)):
        await opened(app)
        form = view(app).form
        form.query_one(Choice).choose(source)
        form.query_one("#compare-target", Input).value = target
        form.query_one("#compare-where", Input).value = where
        await press(app, "enter")
        await until(lambda: words in told(app))
        assert app.session.comparison is None


async def test_public_targets_need_a_yes_and_only_one_thing_runs_at_a_time() -> None:
    app = program("127.0.0.1", raw=False)
    async with app.run_test(size=(80, 24)):
        await opened(app)
        form = view(app).form
        form.query_one("#compare-target", Input).value = "8.8.8.8"
        await press(app, "enter")
        await until(lambda: "Type yes" in told(app))
        await press(app, "escape")
        await until(lambda: app.screen is main(app))
        await asyncio.sleep(0.2)
        assert app.session.comparison is None
        form.query_one("#compare-target", Input).value = "127.0.0.1"
        form.query_one("#compare-ports", Input).value = "T:1-3000"
        app.session.request = ScanRequest(("127.0.0.1",), timing=TEMPLATES[1])
        await press(app, "enter")
        session = app.session
        await until(lambda: session.comparing and app.focused is view(app).table)
        await press(app, "1", "s")
        await until(lambda: "A comparison is running" in told(app))
        await press(app, "enter", "3", "s")
        await until(lambda: session.comparison is not None and session.comparison.phase is Phase.STOPPED)
        await until(lambda: "stopped" in told(app))
