"""The local view shows what netstat shows, marks what is new, and formats only what is seen."""

import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static
from textual.worker import WorkerFailed

from tests.conftest import missing
from tests.namespaces import inside, link
from tests.ui.driven import main, press, program, ready, told, until, view
from tests.ui.filled_scans import answer, made_scan
from tests.ui.listening import Listeners
from tui_scan.local.filter import matching, parse_socket_filter
from tui_scan.local.processes import Processes
from tui_scan.local.records import LocalSocket
from tui_scan.local.states import SocketState
from tui_scan.model.errors import LocalError, UsageError
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.ui.screens.local import LocalView
from tui_scan.ui.screens.local_namespaces import NamespaceChoice
from tui_scan.ui.screens.local_ways import scanned
from tui_scan.ui.widgets.compare_table import CompareTable
from tui_scan.ui.widgets.confirm import Notice
from tui_scan.ui.widgets.socket_order import sort_key
from tui_scan.ui.widgets.socket_reading import LINGER, Reading, SocketReader, Where
from tui_scan.ui.widgets.socket_rows import COLUMNS, SocketOptions, SocketRows, arrange
from tui_scan.ui.widgets.socket_table import SocketTable


def made(
    port: int,
    state: SocketState = SocketState.LISTEN,
    *,
    protocol: str = "tcp",
    address: str = "127.0.0.1",
    remote: str = "0.0.0.0",
    remote_port: int = 0,
    program: str | None = "sshd",
    user: str = "root",
) -> LocalSocket:
    """A socket as a reading gives it."""
    pid = None if program is None else 812
    uid = 0 if user == "root" else 1000
    return LocalSocket(
        protocol, address, port, remote, remote_port, state, 0, 0, uid, user, 5000 + port, "", None, None, pid, program
    )


HTTPS = made(443, program="nginx", user="www-data", address="10.0.0.5")
CALLER = made(
    40_000, SocketState.ESTABLISHED, remote="192.0.2.9", remote_port=443, program="curl", user="ann", address="10.0.0.5"
)
DNS = made(53, SocketState.CLOSE, protocol="udp", program="named")
SSH6 = made(22, protocol="tcp6", address="::", remote="::")
WAITING = made(80, SocketState.TIME_WAIT, remote="192.0.2.7", remote_port=5555, program=None)
SOME = (HTTPS, CALLER, DNS, SSH6, WAITING)


class ViewApp(App[None]):
    def __init__(
        self,
        read: Callable[[Where], Reading] | None = None,
        look_up: Callable[[set[str]], Mapping[str, str]] = lambda _: {},
    ) -> None:
        super().__init__()
        self._made = LocalView(read=read, look_up=look_up, every=3600.0)

    def compose(self) -> ComposeResult:
        yield self._made

    @property
    def table(self) -> SocketTable:
        return self.query_one(SocketTable)


async def read_again(app: ViewApp, pilot: Pilot[None]) -> None:
    """Have a reading made and drawn."""
    await app.workers.wait_for_complete()
    app.query_one(LocalView).tick()
    await app.workers.wait_for_complete()
    await pilot.pause()


def lines(app: ViewApp) -> list[str]:
    """The table's lines that are not blank, heading first."""
    drawn = (app.table.render_line(y).text for y in range(app.table.size.height))
    return [line for line in drawn if line.strip()]


def text_of(app: ViewApp, name: str) -> str:
    """What a line around the table says."""
    return str(app.query_one(name).render())


@pytest.fixture
def sockets() -> Iterator[ExitStack]:
    """Sockets that are closed at the end."""
    with ExitStack() as stack:
        yield stack


def listener(stack: ExitStack, family: socket.AddressFamily, address: str) -> int:
    """A listening socket; returns its port."""
    one = stack.enter_context(socket.socket(family, socket.SOCK_STREAM))
    one.bind((address, 0))
    one.listen()
    return int(one.getsockname()[1])


async def test_rows_are_those_of_netstat(sockets: ExitStack) -> None:
    if shutil.which("netstat") is None:
        missing("netstat is not installed (package net-tools)")
    ports = [listener(sockets, socket.AF_INET, "127.0.0.1"), listener(sockets, socket.AF_INET6, "::1")]
    sockets.enter_context(socket.create_connection(("127.0.0.1", ports[0])))
    printed = subprocess.run(["netstat", "-antpe"], capture_output=True, text=True, check=True).stdout
    mine = [line.split() for line in printed.splitlines() if any(f":{port} " in line for port in ports)]
    assert len(mine) == 4
    app = ViewApp()
    async with app.run_test(size=(127, 50)) as pilot:
        await read_again(app, pilot)
        app.table.choose(parse_socket_filter(f"proto:tcp port:{ports[0]},{ports[1]}"))
        shown = [line.split() for line in lines(app)[1:]]
    # Since netstat writes an IPv6 address without brackets, they are taken away before comparing.
    told = [[word.replace("[", "").replace("]", "") for word in line] for line in shown]
    assert sorted(told, key=str) == sorted((_in_our_order(line) for line in mine), key=str)


def _in_our_order(line: list[str]) -> list[str]:
    """netstat's words of a line, as we write them: the process by its pid and by the name that the kernel has.

    Of a socket in the accept queue Linux tells the listener's user or, where it is older, always 0: a 0 is not shown
    as root, and we say why no program owns it.
    """
    if line[8] == "-":
        return [*line[:6], "-" if line[6] == "0" else line[6], line[7], "-", "(in", "accept", "queue)"]
    pid = line[8].partition("/")[0]
    return [*line[:8], f"{pid}/{Path(f'/proc/{pid}/comm').read_text().strip()}"]


async def test_what_appeared_and_what_went_are_marked_for_some_seconds(sockets: ExitStack) -> None:
    now = 100.0
    app = ViewApp(SocketReader(clock=lambda: now))
    async with app.run_test(size=(120, 50)) as pilot:
        await read_again(app, pilot)
        with ExitStack() as stack:
            port = listener(stack, socket.AF_INET, "127.0.0.1")
            app.table.choose(parse_socket_filter(f"port:{port}"))
            await read_again(app, pilot)
            assert lines(app)[1].startswith("+tcp ")
            now += LINGER - 0.1
            await read_again(app, pilot)
            assert lines(app)[1].startswith("+tcp ")
            now += 0.2
            await read_again(app, pilot)
            assert lines(app)[1].startswith(" tcp ")
        await read_again(app, pilot)
        assert lines(app)[1].startswith("-tcp ") and ", 0 gone" not in text_of(app, "#local-counts")
        assert text_of(app, "#local-told").startswith("This socket went a moment ago.")
        assert "LISTEN" not in text_of(app, "#local-states")
        now += LINGER + 0.1
        await read_again(app, pilot)
        assert len(lines(app)) == 2 and "No socket" in lines(app)[1]


async def test_a_frozen_table_stays_as_it_is() -> None:
    readings = iter([Reading((HTTPS,)), Reading((HTTPS,)), Reading((HTTPS, DNS)), Reading((HTTPS, DNS))])
    app = ViewApp(lambda _: next(readings))
    async with app.run_test(size=(120, 40)) as pilot:
        await read_again(app, pilot)
        app.query_one(LocalView).focus()
        await pilot.press("z")
        await read_again(app, pilot)
        assert len(lines(app)) == 2 and "FROZEN" in text_of(app, "#local-counts")
        await pilot.press("z")
        await read_again(app, pilot)
        assert len(lines(app)) == 3 and "FROZEN" not in text_of(app, "#local-counts")


@pytest.mark.parametrize("width", [200, 120, 80, 60, 40, 24])
async def test_narrow_screens_hide_columns_in_order_and_never_wrap(width: int) -> None:
    app = ViewApp(lambda _: Reading(SOME))
    async with app.run_test(size=(width, 24)) as pilot:
        await read_again(app, pilot)
        shown = [column.key for column in app.table.shown_columns]
        order = ["timer", "unit", "command", "inode", "user", "send", "recv", "remote", "state", "program"]
        hidden = [key for key in order if key not in shown]
        assert hidden == order[: len(hidden)]
        assert shown[0] == "proto" and "local" in shown
        for y in range(app.table.size.height):
            assert app.table.render_line(y).cell_length <= width
        if width == 80:
            assert shown == ["proto", "local", "remote", "state", "program"]
            assert "Inode 5080" in text_of(app, "#local-told") or app.table.selected is not WAITING


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("port:443", {HTTPS, CALLER}),
        ("port:443 state:listen", {HTTPS}),
        ("port:1-100", {DNS, SSH6, WAITING}),
        ("state:time-wait", {WAITING}),
        ("proto:udp", {DNS}),
        ("proto:tcp6", {SSH6}),
        ("proc:nginx", {HTTPS}),
        ("proc:812 !proc:nginx", {CALLER, DNS, SSH6}),
        ("user:www", {HTTPS}),
        ("user:1000", {HTTPS, CALLER}),
        ("addr:192.0.2.", {CALLER, WAITING}),
        ("CURL", {CALLER}),
        ("listen !nginx", {SSH6}),
        ("::", {SSH6}),
        ("", set(SOME)),
    ],
)
def test_filters(text: str, found: set[LocalSocket]) -> None:
    assert set(matching(SOME, parse_socket_filter(text))) == found


@pytest.mark.parametrize("text", ["colour:red", "port:", "port:70000", "port:9-5"])
def test_a_wrong_filter_is_told_in_a_sentence(text: str) -> None:
    with pytest.raises(UsageError):
        parse_socket_filter(text)


async def test_the_filter_is_typed_and_dropped_by_escape() -> None:
    app = ViewApp(lambda _: Reading(SOME))
    async with app.run_test(size=(120, 40)) as pilot:
        await read_again(app, pilot)
        app.query_one(LocalView).focus()
        await pilot.press("slash", *"proc:nginx")
        await pilot.pause()
        assert len(lines(app)) == 2
        await pilot.press("enter")
        await pilot.pause()
        assert app.focused is app.table and "filtered" in text_of(app, "#local-counts")
        await pilot.press("slash", "escape")
        await pilot.pause()
        assert len(lines(app)) == 1 + len(SOME)
        await pilot.press("slash", *"port:x")
        await pilot.pause()
        assert "“x”" in text_of(app, "#local-filter-error")


async def test_keys_choose_protocols_and_listeners() -> None:
    app = ViewApp(lambda _: Reading(SOME))
    async with app.run_test(size=(120, 40)) as pilot:
        await read_again(app, pilot)
        app.query_one(LocalView).focus()
        for key, shown in [("u", 4), ("t", 0), ("u", 1), ("t", 5), ("a", 3), ("a", 5)]:
            await pilot.press(key)
            await pilot.pause()
            assert len(app.table.rows) == shown, key


async def test_names_are_looked_up_only_when_asked_for() -> None:
    asked: list[set[str]] = []

    def look_up(addresses: set[str]) -> Mapping[str, str]:
        asked.append(addresses)
        return {"192.0.2.9": "www.example"}

    app = ViewApp(lambda _: Reading((CALLER,)), look_up)
    async with app.run_test(size=(160, 40)) as pilot:
        await read_again(app, pilot)
        assert not asked and "192.0.2.9:443" in lines(app)[1]
        app.query_one(LocalView).focus()
        await pilot.press("d")
        await read_again(app, pilot)
        assert "www.example:https" in lines(app)[1]
        await read_again(app, pilot)
        assert asked == [{"192.0.2.9", "10.0.0.5"}]


async def test_the_meaning_of_the_state_and_what_is_hidden_are_told() -> None:
    app = ViewApp(lambda _: Reading((WAITING,), hidden=3, reason="2 processes may not be read"))
    async with app.run_test(size=(80, 24)) as pilot:
        await read_again(app, pilot)
        told = text_of(app, "#local-told")
        assert "TIME_WAIT: The connection is over." in told
        assert "Inode 5080" in told
        assert "The owners of 3 sockets are hidden: 2 processes may not be read." in told


@pytest.mark.parametrize("error", [LocalError("The socket tables cannot be read."), MemoryError("is full")])
async def test_a_table_that_cannot_be_read_is_a_sentence_and_the_rows_stay(error: Exception) -> None:
    answers: list[Reading | None] = [Reading(SOME)]

    def read(_: Where) -> Reading:
        if answers[-1] is None:
            raise error
        return answers[-1]

    app = ViewApp(read)
    async with app.run_test(size=(120, 40)) as pilot:
        await read_again(app, pilot)
        answers.append(None)
        app.query_one(LocalView).tick()
        with suppress(WorkerFailed):
            await app.workers.wait_for_complete()
        await pilot.pause()
        assert "cannot be read" in text_of(app, "#local-counts")
        assert len(lines(app)) == 1 + len(SOME)
        answers.append(Reading((HTTPS,)))
        await read_again(app, pilot)
        assert len(lines(app)) == 2 and "cannot be read" not in text_of(app, "#local-counts")


async def test_rows_that_come_do_not_move_the_row_under_the_cursor() -> None:
    first = tuple(made(port) for port in range(1000, 1100))
    readings = [first, tuple(made(port) for port in range(900, 1100))]
    app = ViewApp(lambda _: Reading(readings[0]))
    async with app.run_test(size=(80, 24)) as pilot:
        await read_again(app, pilot)
        app.query_one(LocalView).focus()
        await pilot.press("pagedown", "pagedown")
        await pilot.pause()
        held, y = app.table.selected, app.table.cursor - app.table.first_visible
        readings.pop(0)
        await read_again(app, pilot)
        assert app.table.selected == held
        assert app.table.cursor - app.table.first_visible == y


@pytest.mark.parametrize("column", [column.key for column in COLUMNS])
def test_every_column_orders_the_rows_both_ways(column: str, tmp_path: Path) -> None:
    for pid, (unit, command) in enumerate((("b.service", "/bin/a"), ("a.service", "/bin/b")), 1):
        (tmp_path / str(pid)).mkdir()
        (tmp_path / str(pid) / "cgroup").write_text(f"0::/system.slice/{unit}\n")
        (tmp_path / str(pid) / "cmdline").write_text(command)
    processes = Processes(tmp_path)
    processes.learn({1: "x", 2: "y"})
    some = (*SOME, made(7)._replace(pid=2), made(8)._replace(pid=1))
    up = arrange(some, SocketOptions(sort=column), processes)
    down = arrange(some, SocketOptions(sort=column, descending=True), processes)
    assert set(up) == set(down) == set(some)
    key = sort_key(column, processes)
    keys = [key(one) for one in up]
    assert keys == sorted(keys) and [key(one) for one in down] == keys[::-1]
    if column in ("unit", "command"):
        assert [one.pid for one in up[:2]] == ([2, 1] if column == "unit" else [1, 2])


async def test_of_fifty_thousand_rows_only_the_seen_ones_are_formatted(monkeypatch: pytest.MonkeyPatch) -> None:
    many = tuple(made(port, address=f"10.0.{host}.1") for host in range(5) for port in range(1, 10_001))
    app = ViewApp(lambda _: Reading(many))
    async with app.run_test(size=(80, 24)) as pilot:
        await read_again(app, pilot)
        app.query_one(LocalView).focus()
        asked: list[int] = []
        plain = SocketRows.cells

        def counted(rows: SocketRows, row: int) -> object:
            asked.append(row)
            return plain(rows, row)

        monkeypatch.setattr(SocketRows, "cells", counted)
        await pilot.press("G", "pageup", "g")
        await pilot.pause()
        assert 0 < len(asked) < 500
        assert app.table.cursor == 0


async def test_what_the_kernel_measured_on_the_chosen_connection_is_told(sockets: ExitStack) -> None:
    server = sockets.enter_context(socket.create_server(("127.0.0.1", 0)))
    client = sockets.enter_context(socket.create_connection(server.getsockname()))
    peer = sockets.enter_context(server.accept()[0])
    client.sendall(b"x" * 1234)
    assert peer.recv(2000)
    app = ViewApp()
    async with app.run_test(size=(160, 50)) as pilot:
        await read_again(app, pilot)
        app.table.choose(parse_socket_filter(f"port:{client.getsockname()[1]} state:estab"))
        app.table.reveal(next(one for one in app.table.reading.sockets if one.remote_port == server.getsockname()[1]))
        await read_again(app, pilot)
        await app.workers.wait_for_complete()
        await pilot.pause()
        told = text_of(app, "#local-told")
        assert "rtt " in told and "cwnd " in told and "sent 1,234 B, received 0 B" in told
        assert "retransmitted 0 of" in told


async def test_one_key_leads_from_a_connection_to_its_other_end_and_back() -> None:
    there = made(443, SocketState.ESTABLISHED, address="192.0.2.9", remote="10.0.0.5", remote_port=40_000)
    app = ViewApp(lambda _: Reading((*SOME, there)))
    async with app.run_test(size=(120, 40)) as pilot:
        await read_again(app, pilot)
        app.query_one(LocalView).focus()
        app.table.choose(parse_socket_filter("proc:curl"))
        await pilot.press("enter")
        await pilot.pause()
        assert app.table.selected == there and len(app.table.rows) == 6
        await pilot.press("enter")
        await pilot.pause()
        assert app.table.selected == CALLER


async def test_an_end_that_is_elsewhere_and_a_port_that_was_not_scanned_are_told_in_a_sentence() -> None:
    app = ViewApp(lambda _: Reading(SOME))
    async with app.run_test(size=(120, 40)) as pilot:
        await read_again(app, pilot)
        app.query_one(LocalView).focus()
        for one, says in (
            (CALLER, "192.0.2.9:443, is no socket that is seen here"),
            (HTTPS, "tui-scan scan -p 443 10.0.0.5"),
            (DNS, "only this machine itself reaches it. From here: tui-scan scan -sU -p 53 127.0.0.1"),
            (SSH6, "tui-scan scan -p 22 ADDRESS"),
        ):
            app.table.reveal(one)
            await pilot.press("enter")
            await pilot.pause()
            assert isinstance(app.screen, Notice)
            assert says in " ".join(str(app.screen.query_one(Static).render()).split())
            await pilot.press("escape")
            await pilot.pause()


async def test_another_namespace_is_chosen_from_a_list(own_namespaces: None) -> None:
    with link() as joined:
        with inside(joined.target):
            server = socket.create_server(("127.0.0.1", 0))
        port = server.getsockname()[1]
        app = ViewApp()
        async with app.run_test(size=(120, 40)) as pilot:
            await read_again(app, pilot)
            app.query_one(LocalView).focus()
            await pilot.press("n")
            while not isinstance(app.screen, NamespaceChoice):
                await pilot.pause(0.02)
            choices = app.screen.query_one(OptionList)
            words = [str(choices.get_option_at_index(row).prompt) for row in range(choices.option_count)]
            assert words[0].startswith("this one")
            (at,) = (row for row, line in enumerate(words) if line.startswith(joined.target))
            choices.highlighted = at - 1
            await pilot.press("j", "enter")
            await read_again(app, pilot)
            await read_again(app, pilot)
            assert f"namespace {joined.target}" in text_of(app, "#local-counts")
            assert [one.local_port for one in app.table.reading.sockets if one.state is SocketState.LISTEN] == [port]
            assert "+" not in lines(app)[1].split()[0]
        server.close()


async def test_unix_and_raw_sockets_are_shown_by_their_keys() -> None:
    bus = made(0, protocol="unix", address="/run/bus", remote="", program="dbus")._replace(kind="stream")
    raw = made(1, SocketState.CLOSE, protocol="raw", program="ping")
    asked: list[Where] = []

    def read(where: Where) -> Reading:
        asked.append(where)
        return Reading((bus, raw))

    app = ViewApp(read)
    async with app.run_test(size=(160, 40)) as pilot:
        await read_again(app, pilot)
        app.query_one(LocalView).focus()
        assert [line.split()[0] for line in lines(app)[1:]] == ["raw"] and "unix" not in asked[-1].kinds
        await pilot.press("x", "w")
        await read_again(app, pilot)
        assert [line.split()[0] for line in lines(app)[1:]] == ["u_str"]
        assert "unix" in asked[-1].kinds and "raw" not in asked[-1].kinds
        assert "No network leads here" in text_of(app, "#local-told")


async def test_the_interval_goes_round_and_is_told() -> None:
    app = ViewApp(lambda _: Reading(SOME))
    async with app.run_test(size=(120, 40)) as pilot:
        await read_again(app, pilot)
        app.query_one(LocalView).focus()
        seen = []
        for _ in range(6):
            await pilot.press("i")
            seen.append(app.query_one(LocalView).every)
        assert seen == [1.0, 2.0, 5.0, 10.0, 0.5, 1.0]
        await pilot.press("i")
        await pilot.pause()
        assert "every 2 s" in text_of(app, "#local-counts")


async def test_a_wrong_filter_is_told_and_stays_told_and_nothing_is_explained_by_the_listeners_alone() -> None:
    reading = Reading(SOME)
    app = ViewApp(lambda _: reading)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: len(app.table.rows) == len(SOME))
        await press(app, "slash")
        line = app.query_one("#local-filter", Input)
        for text, says in (("state:foo", "is no state of a socket"), ("port:abc", "abc"), ("user:", "needs a value")):
            line.value = "port:443"
            await until(lambda: len(app.table.rows) == 2)
            line.value = text
            await until(lambda says=says: says in told(pilot.app))  # type: ignore[misc]
            app.query_one(LocalView).tick()
            await until(lambda: not app.query_one(LocalView).busy)
            assert says in told(pilot.app), "the next reading wiped the sentence"
            assert len(app.table.rows) == 2, "the rows are those of the last filter that was right"
        line.value = "state:estab"
        await until(lambda: len(app.table.rows) == 1)
        await press(app, "enter", "a")
        await until(lambda: "press a for all" in told(pilot.app) and "No socket fits the filter." in told(pilot.app))


async def test_letters_are_letters_while_a_filter_is_typed_and_states_are_totalled() -> None:
    app = ViewApp(lambda _: Reading(SOME))
    async with app.run_test(size=(120, 40)) as pilot:
        await read_again(app, pilot)
        app.query_one(LocalView).focus()
        assert text_of(app, "#local-states") == "LISTEN 2  ESTABLISHED 1  TIME_WAIT 1  udp 1"
        await pilot.press("slash", *"jkzan")
        assert app.query_one(Input).value == "jkzan" and not app.table.frozen and not len(app.table.rows)


def test_a_listener_leads_to_the_cell_of_a_scan_that_has_its_verdict() -> None:
    scan = made_scan("20-40", targets=("192.0.2.5",))
    answer(scan, [2], PortState.OPEN, Reason.SYN_ACK)
    own = frozenset(("192.0.2.5",))
    assert scanned(made(22, address="192.0.2.5"), scan, own) == (0, 2)
    assert scanned(made(22, address="0.0.0.0"), scan, own) == (0, 2)
    assert scanned(made(22, protocol="tcp6", address="::", remote="::"), scan, own) == (0, 2)
    assert scanned(made(22, protocol="tcp6", address="::", remote="::")._replace(v6only=True), scan, own) is None
    assert scanned(made(22, address="0.0.0.0"), scan, frozenset()) is None
    assert scanned(made(22, address="192.0.2.77"), scan, own) is None
    assert scanned(made(22, protocol="udp", address="192.0.2.5"), scan, own) is None
    assert scanned(made(23, address="192.0.2.5"), scan, own) is None
    assert scanned(made(41, address="192.0.2.5"), scan, own) is None
    assert scanned(made(22, address="192.0.2.5"), None, own) is None


async def test_one_key_leads_from_a_listener_to_its_verdict_and_from_one_not_scanned_to_the_comparison(
    listeners: Listeners,
) -> None:
    scanned_port, other = listeners.ports[:2]
    app = program(listeners.address, str(scanned_port))
    async with app.run_test(size=(120, 40)):
        await until(lambda: ready(app))
        await press(app, "s")
        await until(lambda: app.session.phase.ended)
        await press(app, "2")
        await until(lambda: bool(app.screen.query(SocketTable)) and len(app.screen.query_one(SocketTable).rows) > 1)
        table = app.screen.query_one(SocketTable)
        for port in (scanned_port, other):
            table.reveal(
                next(
                    one
                    for one in table.reading.sockets
                    if (one.local_address, one.local_port) == (listeners.address, port)
                )
            )
            await press(app, "enter")
            if port == scanned_port:
                await until(lambda: main(app).here == "scan")
                scan = app.session.scan
                assert scan is not None and scan.columns.port[view(app).column] == scanned_port
                await press(app, "2")
        await until(lambda: main(app).here == "compare" and f"Port {other} " in told(app))
        assert app.focused is app.screen.query_one(CompareTable)
        assert app.session.comparison is None
