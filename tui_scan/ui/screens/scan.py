"""The scan's page follows one session: it pulls, goes to ports, and passes on what the person points at."""

from typing import TYPE_CHECKING

from textual import on, work

from tui_scan.engine.scan import Scan
from tui_scan.language import translate
from tui_scan.model.states import PortState
from tui_scan.ui.host_words import host_words
from tui_scan.ui.screens.scan_page import ScanPage
from tui_scan.ui.session import Proposal, Session
from tui_scan.ui.widgets.exchange_pane import ExchangePane
from tui_scan.ui.widgets.form import ScanForm
from tui_scan.ui.widgets.host_list import HostList
from tui_scan.ui.widgets.host_told import HostTold
from tui_scan.ui.widgets.port_grid import PortGrid
from tui_scan.ui.widgets.request import Banner, RequestLine
from tui_scan.ui.widgets.results import Results

if TYPE_CHECKING:
    from tui_scan.exchange.steps import Exchange


class ScanView(ScanPage):
    """Shows ``session``; it changes nothing in it but the request and the proposal of the form.

    ``host`` and ``column`` are the port that is shown.
    """

    def __init__(self, session: Session, *, id: str | None = None) -> None:
        super().__init__(session, id=id)
        self.column = 0
        self._generation = 0
        self._names_shown = 0
        self._rested = False

    def on_mount(self) -> None:
        """Name the panes."""
        for name in ("results", "exchange", "hosts"):
            self.query_one(f"#{name}").border_title = translate(name)
        self.share_room()
        self.pull()

    def pull(self) -> None:
        """Take what is new since the last frame; a frozen view takes nothing."""
        session = self.session
        if session.generation != self._generation:
            self._generation = session.generation
            self._show_anew()
        self.query_one(RequestLine).pull(session)
        self.query_one(Banner).pull(session)
        grid, exchange = self.query_one(PortGrid), self.query_one(ExchangePane)
        grid.frozen = exchange.frozen = session.frozen
        if session.scan is None or session.frozen:
            return
        if session.scan.columns.count:
            grid.pull()
            exchange.pull()
            self.query_one(Results).pull(session.phase.ended)
        if session.names_known != self._names_shown:
            self._names_shown = session.names_known
            self._show_names(session.scan)
        if self.query_one(HostList).display:
            self.query_one(HostList).pull()
            self.query_one(HostTold).pull()
        if session.phase.ended and not self._rested:
            self._rested = True
            self.share_room()
            self._rest()
            self._name_hosts(session.scan)

    @property
    def exchange(self) -> "Exchange | None":
        """What is told of the port that is shown."""
        return self.query_one(ExchangePane).exchange

    @property
    def pointed(self) -> tuple[int, int] | None:
        """The host's number and the column of the port that the cursor was put on; None where it never was."""
        grid = self.query_one(PortGrid)
        scan = self.session.scan
        there = scan is not None and scan.columns.count and (self.session.begun or grid.touched)
        return (self.host, self.column) if there else None

    def load(self) -> None:
        """Load what tells packets; best while nothing is scanned."""
        self.query_one(ExchangePane).load()

    def go(self, host: int, column: int) -> None:
        """Show one port in the map, which tells the exchange."""
        if self.session.scan is not None and self.session.scan.columns.count:
            grid = self.query_one(PortGrid)
            if host != self.host:
                grid.show(self.session.scan, host)
            grid.reveal(column)

    def visit(self, host: int, column: int) -> None:
        """Show the port that the person chose; the end of the scan leads to no other one."""
        self.query_one(PortGrid).touched = True
        self.go(host, column)

    def go_host(self, host: int) -> None:
        """Show one host, at its first open port."""
        scan = self.session.scan
        if scan is None or not 0 <= host < scan.hosts.count:
            return
        self.query_one(HostTold).show(scan, host)
        if not scan.columns.count:
            self.host = host
            self.query_one(HostList).point(host)
            return
        opened = (scan.ledger.state[scan.ledger.row(host)] == PortState.OPEN).nonzero()[0]
        self.go(host, int(opened[0]) if len(opened) else 0)
        self.query_one(PortGrid).touched = True

    def _rest(self) -> None:
        """At the end of a scan come to its first open port, unless the person chose another."""
        scan, grid = self.session.scan, self.query_one(PortGrid)
        if scan is None or grid.touched:
            return
        opened = (scan.ledger.state == PortState.OPEN).nonzero()[0]
        if len(opened):
            self.go(*divmod(int(opened[0]), scan.columns.count))

    @work(thread=True, exclusive=True, exit_on_error=False, group="names")
    def _name_hosts(self, scan: Scan) -> None:
        from tui_scan.engine.discovery.naming import Naming
        from tui_scan.local.names import host_names

        naming = Naming(scan, host_names)
        naming.start()
        naming.finish()

    def _show_names(self, scan: Scan) -> None:
        self.query_one(HostList).refresh()
        self.query_one(HostTold).pull()
        if not scan.columns.count:
            return
        self.query_one(PortGrid).entitle()
        self.query_one(Results).table.updated()
        self.query_one(ExchangePane).border_title = f"{translate('exchange')}  {host_words(scan.hosts, self.host)}"

    def take(self, proposal: Proposal | None) -> None:
        """The form proposes another scan: show its empty map unless there are results to keep."""
        self.session.proposal = proposal
        if proposal is not None:
            self.session.request = proposal.request
            self.session.preview(proposal)
        self.pull()

    def prepared(self) -> None:
        """A scan is about to start: show its empty map, arranged as during the scan."""
        self.pull()
        self.share_room()

    @on(ScanForm.Judged)
    def _judged(self, event: ScanForm.Judged) -> None:
        event.stop()
        self.take(event.proposal)

    @on(PortGrid.Moved)
    def _moved(self, event: PortGrid.Moved) -> None:
        event.stop()
        scan = self.session.scan
        if scan is not None and event.grid.map is not None and event.grid.map.scan is scan:
            self.host, self.column = event.host, event.column
            exchange = self.query_one(ExchangePane)
            exchange.border_title = f"{translate('exchange')}  {host_words(scan.hosts, event.host)}"
            exchange.show(scan, event.host, event.column)
            self.query_one(HostList).point(event.host)
            self.query_one(HostTold).show(scan, event.host)
            self.query_one(Results).point(event.host, event.column)

    @on(Results.Chosen)
    def _result_chosen(self, event: Results.Chosen) -> None:
        event.stop()
        self.go(event.host, event.column)
        self.show_face("map")

    @on(Results.Pointed)
    def _result_pointed(self, event: Results.Pointed) -> None:
        event.stop()
        self.visit(event.host, event.column)

    @on(ExchangePane.Left)
    def _exchange_left(self, event: ExchangePane.Left) -> None:
        event.stop()
        self.show_face(self.before if self.face == "exchange" else self.face)

    @on(ExchangePane.Turned)
    def _exchange_turned(self, event: ExchangePane.Turned) -> None:
        event.stop()
        grid = self.query_one(PortGrid)
        if event.to_open:
            grid.action_open(event.way)
        elif grid.map is not None:
            grid.touched = True
            grid.reveal(self.column + event.way)

    @on(HostList.Chosen)
    def _host_chosen(self, event: HostList.Chosen) -> None:
        event.stop()
        if event.host != self.host:
            self.go_host(event.host)

    @on(HostList.RowSelected)
    def _host_entered(self, event: HostList.RowSelected) -> None:
        event.stop()
        if not self.room.portless:
            self.show_face("map")

    def _show_anew(self) -> None:
        scan = self.session.scan
        if scan is None:
            return
        self.host = self.column = 0
        self._rested, self._names_shown = False, self.session.names_known
        self.query_one(HostList).show_scan(scan)
        self.query_one(HostTold).show(scan, 0)
        if scan.columns.count:
            self.query_one(PortGrid).show(scan, 0)
            self.query_one(ExchangePane).show(scan, 0, 0)
            self.query_one(Results).show(scan)
        else:
            self.query_one(ExchangePane).clear()
        if self.face not in self.room.faces and (self.face != "exchange" or self.room.portless):
            self.face = self.room.faces[0]
        self.share_room()
        if self.screen.focused is not None and not self.screen.focused.display:
            self.focus_face()
