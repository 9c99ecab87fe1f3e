"""A scan that looks for hosts and no ports: who is up, why, and the way there, in any size, by any key."""

from dataclasses import replace

import pytest

from tests.ui.driven import main, press, program, screen_text, until, view
from tui_scan.engine.progress import Phase
from tui_scan.engine.scan import prepare
from tui_scan.model.discovery import Aim
from tui_scan.model.reasons import Reason
from tui_scan.model.request import ScanRequest
from tui_scan.model.states import HostState
from tui_scan.model.trace import Hop, Trace
from tui_scan.scope.plan import plan
from tui_scan.services import names
from tui_scan.ui.app import TuiScanApp
from tui_scan.ui.widgets.host_list import HostList
from tui_scan.ui.widgets.host_state_rows import HostStateRows
from tui_scan.ui.widgets.host_told import HostTold

SIZES = [(40, 12), (160, 50)]


def keys_line(app: TuiScanApp) -> str:
    """The keys that are offered."""
    return screen_text(app).splitlines()[-1]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("aim", [Aim.HOSTS, Aim.LIST])
async def test_hosts_are_shown_and_no_key_asks_for_ports(size: tuple[int, int], aim: Aim) -> None:
    app = program("127.0.0.1-4", None)
    app.session.request = replace(app.session.request, aim=aim, techniques=(), trace=True)
    async with app.run_test(size=size):
        await until(lambda: app.session.scan is not None and bool(app.screen.query(HostList)))
        await press(app, "s")
        await until(lambda: app.session.phase is Phase.FINISHED)
        await until(lambda: "127.0.0.4" in screen_text(app))
        if size[1] > 12:
            await until(lambda: ("LIST" if aim is Aim.LIST else "up 4") in screen_text(app))
        told, hosts = app.screen.query_one(HostTold), app.screen.query_one(HostList)
        await until(lambda: hosts.has_focus)
        await until(lambda: " s start" in keys_line(app))
        await until(lambda: not any(key in keys_line(app) for key in (" x ", " / ", " y ", " n ", " v ")))
        await press(app, "down", "down")
        says = "Nothing was sent" if aim is Aim.LIST else "It is up (localhost-response"
        await until(lambda: "127.0.0.3" in told.text and says in told.text)
        await press(app, "v", "x", "n", "right_square_bracket", "enter", "o", "slash", "z", "z", "escape")
        await until(lambda: view(app).host == 3)
        assert main(app).is_running
        assert view(app).face == "hosts"


async def test_the_way_to_the_only_host_of_a_port_scan_is_told() -> None:
    app = program("127.0.0.1", "1-20")
    app.session.request = replace(app.session.request, trace=True)
    async with app.run_test(size=(80, 24)):
        await until(lambda: app.session.scan is not None and bool(app.screen.query(HostList)))
        await press(app, "s")
        await until(lambda: app.session.phase is Phase.FINISHED)
        scan = app.session.scan
        assert scan is not None
        scan.traces[0] = Trace("tcp", 80, (Hop(1, "127.9.9.9", 250), Hop(2, "127.0.0.1", 900)), True)
        await press(app, "v", "v")
        await until(lambda: "TRACEROUTE (using port 80/tcp)" in screen_text(app))


async def test_a_list_has_its_names(monkeypatch: pytest.MonkeyPatch) -> None:
    def names_of(wanted: list[str], request: ScanRequest, seconds: float, system: object) -> dict[str, str]:
        return {address: f"box{address[-1]}.example" for address in wanted}

    monkeypatch.setattr("tui_scan.engine.discovery.naming.names_of", names_of)
    app = program("127.0.0.1-4", None)
    app.session.request = replace(app.session.request, aim=Aim.LIST, techniques=())
    async with app.run_test(size=(80, 24)):
        await until(lambda: app.session.scan is not None and bool(app.screen.query(HostList)))
        await press(app, "s")
        await until(lambda: "box4.example" in screen_text(app))


async def test_the_way_to_a_host_is_told() -> None:
    app = program("127.0.0.1-4", None)
    app.session.request = replace(app.session.request, aim=Aim.HOSTS, techniques=(), trace=True)
    async with app.run_test(size=(80, 24)):
        await until(lambda: app.session.scan is not None and bool(app.screen.query(HostList)))
        await press(app, "s")
        await until(lambda: app.session.phase is Phase.FINISHED and view(app).face == "hosts")
        scan = app.session.scan
        assert scan is not None
        scan.traces[1] = Trace("tcp", 80, (Hop(1, "127.9.9.9", 250), Hop(3, "127.0.0.2", 900)), True)
        await press(app, "down")
        await until(lambda: "TRACEROUTE (using port 80/tcp)" in screen_text(app))
        await until(lambda: "1   0.25 ms 127.9.9.9" in screen_text(app))


ORDERS = {
    "host": [0, 1, 2, 3],
    "state": [1, 3, 2, 0],
    "reason": [2, 3, 1, 0],
    "rtt": [3, 1, 0, 2],
    "name": [3, 0, 1, 2],
    "mac": [2, 0, 1, 3],
}
"""The hosts by what each column says, those of which it says nothing last (the reason: first)."""


def test_hosts_are_sorted_by_what_is_shown() -> None:
    hosts = ScanRequest(("127.0.0.1-4",), aim=Aim.HOSTS)
    scan = prepare(plan(hosts, names=names, broadcasts=()), ())
    scan.hosts.mark(0, HostState.DOWN, Reason.NO_RESPONSE)
    scan.hosts.mark(1, HostState.UP, Reason.ECHO_REPLY)
    scan.hosts.mark(3, HostState.UP, Reason.ARP_RESPONSE)
    scan.hosts.rtt_us[[1, 3]] = 7000, 500
    scan.hosts.names.update({0: "b", 3: "a"})
    scan.hosts.macs[2] = "02:00:00:00:00:01"
    rows = HostStateRows(scan)
    assert set(ORDERS) == {column.key for column in rows.columns}
    for column, order in ORDERS.items():
        rows.sort(column, False)
        assert [rows.key(row) for row in range(len(rows))] == order, column
        assert [rows.find(host) for host in order] == [0, 1, 2, 3]
        rows.sort(column, True)
        assert rows.key(0) != order[0], column
