"""What the keys of the local view do beyond the table: filter, namespace, interval, and where a socket leads."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from textual import on, work
from textual.widget import Widget
from textual.widgets import Input
from textual.worker import WorkerFailed

from tui_scan.language import translate
from tui_scan.local.attributes import told_of
from tui_scan.local.cgroups import Cgroups
from tui_scan.local.details import group_path
from tui_scan.local.namespaces import Namespace, inside, namespaces
from tui_scan.local.peers import peer_of
from tui_scan.local.records import PROTOCOLS, LocalSocket
from tui_scan.local.sock_diag import read_one
from tui_scan.local.states import SocketState
from tui_scan.model import techniques
from tui_scan.model.errors import TuiScanError
from tui_scan.ui.screens.local_namespaces import NamespaceChoice
from tui_scan.ui.screens.local_ways import how_to_scan, no_peer, scanned
from tui_scan.ui.session import Session
from tui_scan.ui.widgets.confirm import Notice
from tui_scan.ui.widgets.socket_table import SocketTable
from tui_scan.ui.widgets.socket_told import Detail

if TYPE_CHECKING:  # it loads numpy, which this view does not need
    from tui_scan.ui.screens.scan import ScanView

INTERVALS = (1.0, 2.0, 5.0, 10.0, 0.5)
"""Seconds between two readings, in the order in which a key goes through them."""

_UNMEASURED = frozenset({SocketState.LISTEN, SocketState.TIME_WAIT})


class Page(Protocol):
    """What the view needs of the page that holds it."""

    session: Session

    async def action_view(self, name: str) -> None:
        """Show a view."""

    @property
    def view(self) -> "ScanView":
        """The scan's view."""


class LocalActions(Widget):
    """The actions behind the keys of ``SocketTable``. ``every`` is the interval, ``detail`` the latest that came."""

    def __init__(self, page: Page | None, every: float | None, id: str | None) -> None:
        super().__init__(id=id)
        self.page = page
        self.every = INTERVALS[0] if every is None else every
        self.detail: Detail | None = None
        self._groups = Cgroups()
        self._asking = False

    @property
    def table(self) -> SocketTable:
        """The table of sockets."""
        return self.query_one(SocketTable)

    def tell(self) -> None:
        """Write what stands around the table."""

    def tick(self) -> None:
        """Have the sockets read."""

    @on(SocketTable.Asked)
    def _asked(self, event: SocketTable.Asked) -> None:
        event.stop()
        actions: dict[str, Callable[[], object]] = {
            "filter": self._filter,
            "namespace": self._choose,
            "interval": self._turn,
            "follow": self._follow,
        }
        actions[event.what]()

    def _filter(self) -> None:
        line = self.query_one("#local-filter", Input)
        line.display = True
        line.focus()

    def _turn(self) -> None:
        at = INTERVALS.index(self.every) if self.every in INTERVALS else -1
        self.every = INTERVALS[(at + 1) % len(INTERVALS)]
        self.tick()
        self.tell()

    @work(exclusive=True, group="namespace")
    async def _choose(self) -> None:
        """Ask whose sockets to show."""
        listing = self.run_worker(namespaces, thread=True, exit_on_error=False, group="namespaces")
        try:
            found: list[Namespace] = await listing.wait()
        except WorkerFailed as failed:
            await self.app.push_screen_wait(
                Notice(translate("The network namespaces cannot be listed: {error}.", error=failed.error))
            )
            return
        chosen = await self.app.push_screen_wait(NamespaceChoice(found, self.table.namespace))
        if chosen is not None:
            self.table.look_at(None if chosen.own else chosen)

    @on(SocketTable.RowSelected)
    def _clicked(self, event: SocketTable.RowSelected) -> None:
        event.stop()
        self._follow()

    @work(exclusive=True, group="follow")
    async def _follow(self) -> None:
        """From a listener to its verdict, from a connection to its other end."""
        one = self.table.selected
        if one is None:
            return
        if one.listening:
            await self._to_verdict(one)
            return
        peer = peer_of(one, self.table.reading.sockets)
        if peer is None:
            await self.app.push_screen_wait(Notice(no_peer(one)))
        else:
            self.table.reveal(peer)

    async def _to_verdict(self, one: LocalSocket) -> None:
        here = self.page if self.table.namespace is None else None
        cell = scanned(one, here.session.scan) if here is not None else None
        if here is not None and cell is not None:
            await here.action_view("scan")
            here.view.go(*cell)
            here.view.show_face("map")
        elif here is not None and one.local_port and one.protocol in PROTOCOLS:
            from tui_scan.ui.screens.compare import CompareView

            await here.action_view("compare")
            self.screen.query_one(CompareView).go(techniques.Protocol(one.protocol.rstrip("6")), one.local_port)
        else:
            await self.app.push_screen_wait(Notice(how_to_scan(one)))

    def ask_detail(self) -> None:
        """Have the kernel asked, in a thread, for all it knows of the chosen socket."""
        one, namespace = self.table.selected, self.table.namespace
        if one is None or self._asking:
            return
        self._asking = True
        self.run_worker(
            lambda: self._ask_in_thread(one, namespace), thread=True, exit_on_error=False, group="detail", name="detail"
        )

    def _ask_in_thread(self, one: LocalSocket, namespace: Namespace | None) -> None:
        detail = detail_of(one, namespace, self._groups)
        self.app.call_from_thread(self._take_detail, detail)

    def _take_detail(self, detail: Detail) -> None:
        self._asking, self.detail = False, detail
        one = self.table.selected
        if one is not None and one.key != detail.one.key:
            self.ask_detail()
        self.tell()


def detail_of(one: LocalSocket, namespace: Namespace | None, groups: Cgroups) -> Detail:
    """All that can be learnt of one socket; what the kernel does not tell is left empty."""
    now: LocalSocket | None = one
    if one.protocol.startswith("tcp") and one.state not in _UNMEASURED and one.cookie:
        try:
            now = read_one(one) if namespace is None else inside(namespace, lambda: read_one(one))
        except (OSError, TuiScanError):
            now = one
    path = group_path(one, groups)
    return Detail(one, told_of(now or one), path or "")
