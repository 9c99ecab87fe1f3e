"""The scan's page: map, form, results and exchange over one session."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical

from tui_scan.model.states import PortState
from tui_scan.ui.screens.arrangement import Room, least_below, map_rows, shown
from tui_scan.ui.session import Proposal, Session
from tui_scan.ui.widgets.exchange_pane import ExchangePane
from tui_scan.ui.widgets.form import ScanForm
from tui_scan.ui.widgets.grid_map import GridMap
from tui_scan.ui.widgets.host_list import HostList
from tui_scan.ui.widgets.port_grid import PortGrid
from tui_scan.ui.widgets.request import Banner, RequestLine, Welcome
from tui_scan.ui.widgets.results import Results

FOCUS = {"map": "#grid", "list": "#results-table", "hosts": "#hosts"}


class ScanView(Vertical):
    """Shows ``session``; it changes nothing in it but the request and the proposal of the form.

    ``host`` and ``column`` are the port that is shown, ``face`` what stands where there is room for one part.
    """

    def __init__(self, session: Session, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._session = session
        self._generation = 0
        self.host, self.column = 0, 0
        self.face = "map"

    def compose(self) -> ComposeResult:
        """All parts but the form, which comes when there is room for it."""
        yield RequestLine(id="request")
        yield Banner(id="banner")
        with Horizontal(id="body"):
            yield HostList(id="hosts")
            with Container(id="panes"):
                yield Welcome(id="welcome")
                yield PortGrid(id="grid")
                yield Results(id="results")
                yield ExchangePane(id="exchange")

    def on_mount(self) -> None:
        """Name the panes."""
        for name in ("results", "exchange", "hosts"):
            self.query_one(f"#{name}").border_title = name
        self._arrange()
        self.pull()

    def on_resize(self) -> None:
        """Arrange the parts anew."""
        self._arrange()

    @property
    def room(self) -> Room:
        """What there is to show, and where."""
        scan, size = self._session.scan, self.app.size
        several = scan is not None and scan.hosts.count > 1
        return Room(size.width, size.height, scan is not None, several, self.face)

    def pull(self) -> None:
        """Take what is new since the last frame; a frozen view takes nothing."""
        session = self._session
        if session.generation != self._generation:
            self._generation = session.generation
            self._show_anew()
        self.query_one(RequestLine).pull(session, self.host)
        self.query_one(Banner).pull(session)
        grid, exchange = self.query_one(PortGrid), self.query_one(ExchangePane)
        grid.frozen = exchange.frozen = session.frozen
        if session.scan is None or session.frozen:
            return
        grid.pull()
        exchange.pull()
        self.query_one(Results).pull(session.phase.ended)
        if session.scan.hosts.count > 1:
            self.query_one(HostList).pull()

    def go(self, host: int, column: int) -> None:
        """Show one port in the map, which tells the exchange."""
        if self._session.scan is not None:
            grid = self.query_one(PortGrid)
            if host != self.host:
                grid.show(self._session.scan, host)
            grid.reveal(column)

    def go_host(self, host: int) -> None:
        """Show one host, at its first open port."""
        scan = self._session.scan
        if scan is None or not 0 <= host < scan.hosts.count:
            return
        opened = (scan.ledger.state[scan.ledger.row(host)] == PortState.OPEN).nonzero()[0]
        self.go(host, int(opened[0]) if len(opened) else 0)
        hosts = self.query_one(HostList)
        row = hosts.rows.find(host)
        if row is not None and row != hosts.cursor:
            hosts.move_to(row)

    def turn(self) -> None:
        """Go to the next of map, list and hosts."""
        self.show_face(self.next_face)

    @property
    def next_face(self) -> str:
        """What ``turn`` goes to."""
        faces = self.room.faces
        return faces[(faces.index(self.face) + 1) % len(faces)] if self.face in faces else "map"

    def show_face(self, face: str) -> None:
        """Bring the map, the list or the hosts forward and give it the keys."""
        self.face = face
        self._arrange()
        self.focus_face()

    def focus_face(self) -> None:
        """Give the keys to what is shown."""
        self.query_one(FOCUS[self.face]).focus()

    def take(self, proposal: Proposal | None) -> None:
        """The form proposes another scan: show its empty map unless there are results to keep."""
        self._session.proposal = proposal
        if proposal is not None:
            self._session.request = proposal.request
            self._session.preview(proposal)
        self.pull()

    @on(ScanForm.Judged)
    def _judged(self, event: ScanForm.Judged) -> None:
        event.stop()
        self.take(event.proposal)

    @on(PortGrid.Moved)
    def _moved(self, event: PortGrid.Moved) -> None:
        event.stop()
        scan = self._session.scan
        if scan is not None and event.grid.map is not None and event.grid.map.scan is scan:
            self.host, self.column = event.host, event.column
            self.query_one(ExchangePane).show(scan, event.host, event.column)

    @on(Results.Chosen)
    def _result_chosen(self, event: Results.Chosen) -> None:
        event.stop()
        self.go(event.host, event.column)
        self.show_face("map")

    @on(HostList.Chosen)
    def _host_chosen(self, event: HostList.Chosen) -> None:
        event.stop()
        if event.host != self.host:
            self.go_host(event.host)

    @on(HostList.RowSelected)
    def _host_entered(self, event: HostList.RowSelected) -> None:
        event.stop()
        self.show_face("map")

    def _show_anew(self) -> None:
        scan = self._session.scan
        if scan is None:
            return
        self.host = self.column = 0
        self.query_one(PortGrid).show(scan, 0)
        self.query_one(ExchangePane).show(scan, 0, 0)
        self.query_one(Results).show(scan)
        self.query_one(HostList).show_scan(scan)
        if self.face not in self.room.faces:
            self.face = "map"
        self._arrange()

    def _arrange(self) -> None:
        if not self.query("#exchange"):
            return
        room = self.room
        self.set_class(room.wide, "wide")
        self.set_class(room.flat, "flat")
        for name, on_show in shown(room).items():
            self.query_one(f"#{name}").display = on_show
        form = self.query("#form-panel")
        if not room.wide:
            form.remove()
        elif not form:
            made = ScanForm(self._session.request, self._session.raw, id="form-panel")
            made.border_title = "scan"
            self.query_one("#panes").mount(made, after="#grid")
        self.call_after_refresh(self._share_rows)

    def _share_rows(self) -> None:
        """Give the map the rows it can fill, and what is below it the rest."""
        room, panes, exchange = self.room, self.query_one("#panes"), self.query_one("#exchange")
        rows = panes.size.height
        if self._session.scan is None or room.flat or self.face == "hosts":
            return
        trial = GridMap(self._session.scan, self.host)
        trial.arrange(self.query_one("#grid").size.width or room.width, rows - least_below(room.wide) - 1)
        upper = map_rows(rows, trial.lines, room.wide)
        if room.wide:
            panes.styles.grid_rows = f"{upper} 1fr"
        else:
            exchange.styles.height = rows - upper
