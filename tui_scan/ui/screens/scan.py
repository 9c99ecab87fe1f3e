"""The scan's page: map, form, results and exchange over one session."""

from dataclasses import replace

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.message import Message

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

FOCUS = {"map": "#grid", "list": "#results-table", "hosts": "#hosts", "exchange": "#exchange"}


class Panes(Vertical):
    """The parts of the page below the notes; tells when its rows are others."""

    class Resized(Message):
        """There is more or less room."""

    def on_resize(self, event: events.Resize) -> None:
        """The map and what is below it share anew."""
        self.post_message(self.Resized())


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
        self._rested = False

    def compose(self) -> ComposeResult:
        """All parts but the form, which comes when there is room for it."""
        yield RequestLine(id="request")
        yield Banner(id="banner")
        with Panes(id="panes"):
            with Container(id="upper"):
                yield Welcome(id="welcome")
                yield HostList(id="hosts")
                yield PortGrid(id="grid")
            with Container(id="lower"):
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
        return Room(size.width, size.height, scan is not None, several, self.face, self._session.begun)

    def pull(self) -> None:
        """Take what is new since the last frame; a frozen view takes nothing."""
        session = self._session
        if session.generation != self._generation:
            self._generation = session.generation
            self._show_anew()
        self.query_one(RequestLine).pull(session)
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
        if session.phase.ended and not self._rested:
            self._rested = True
            self._rest()

    def load(self) -> None:
        """Load what tells packets; best while nothing is scanned."""
        self.query_one(ExchangePane).load()

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
        self.query_one(PortGrid).touched = True

    def _rest(self) -> None:
        """At the end of a scan come to its first open port, unless the person chose another."""
        scan, grid = self._session.scan, self.query_one(PortGrid)
        if scan is None or grid.touched:
            return
        opened = (scan.ledger.state == PortState.OPEN).nonzero()[0]
        if len(opened):
            self.go(*divmod(int(opened[0]), scan.columns.count))

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

    def prepared(self) -> None:
        """A scan is about to start: show its empty map, arranged as during the scan."""
        self.pull()
        self._arrange()

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
            exchange = self.query_one(ExchangePane)
            exchange.border_title = f"exchange  {scan.hosts.address(event.host)}"
            exchange.show(scan, event.host, event.column)
            self.query_one(HostList).point(event.host)
            self.query_one(Results).point(event.host, event.column)

    @on(Results.Chosen)
    def _result_chosen(self, event: Results.Chosen) -> None:
        event.stop()
        self.go(event.host, event.column)
        self.show_face("map")

    @on(Results.Pointed)
    def _result_pointed(self, event: Results.Pointed) -> None:
        event.stop()
        self.query_one(PortGrid).touched = True
        self.go(event.host, event.column)

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
        self._rested = False
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
        if self.face == "exchange" and not room.flat:
            self.face, room = "map", replace(room, face="map")
        self.set_class(room.wide, "wide")
        self.set_class(room.flat, "flat")
        self.set_class(self.face == "list", "list")
        for name, on_show in shown(room).items():
            self.query_one(f"#{name}").display = on_show
        form = self.query("#form-panel")
        if not room.wide:
            form.remove()
        elif not form:
            made = ScanForm(self._session.request, self._session.raw, id="form-panel")
            made.border_title = "scan"
            self.query_one("#upper").mount(made, after="#grid")
        self.call_after_refresh(self._share_rows)

    @on(Panes.Resized)
    def _share_rows(self) -> None:
        """Give the map the rows it can fill, and what is below it the rest."""
        room, upper, lower = self.room, self.query_one("#upper"), self.query_one("#lower")
        rows = self.query_one(Panes).size.height
        alone = room.scan and not (upper.display and lower.display)
        if self._session.scan is None or alone or room.flat:
            upper.styles.height = lower.styles.height = "1fr"
            return
        trial = GridMap(self._session.scan, self.host)
        trial.arrange(self.query_one("#grid").size.width or room.width, rows - least_below(rows, room.wide) - 1)
        upper.styles.height = map_rows(rows, trial.lines, room.wide)
        lower.styles.height = "1fr"
