"""The scan's page: map, form, results and exchange, arranged by how much room there is."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical
from textual.widgets import Static

from tui_scan.model.states import PortState
from tui_scan.ui.session import Proposal, Session
from tui_scan.ui.widgets.exchange_pane import ExchangePane
from tui_scan.ui.widgets.form import ScanForm, counted
from tui_scan.ui.widgets.host_list import HostList
from tui_scan.ui.widgets.port_grid import PortGrid
from tui_scan.ui.widgets.results import Results

WIDE = (120, 36)
"""Columns and rows from which the form, the results and the hosts stand beside the map."""

FACES = ("map", "list", "hosts")
"""What ``v`` goes through where there is no room for all."""


class ScanView(Vertical):
    """Shows ``session``; it changes nothing in it but the request and the proposal of the form."""

    def __init__(self, session: Session, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._session = session
        self._generation = 0
        self.host, self.column = 0, 0
        self.face = "map"

    def compose(self) -> ComposeResult:
        """All parts but the form, which comes when there is room for it."""
        yield Static(id="request", markup=False)
        yield Static(id="banner", markup=False)
        yield Static(id="welcome", markup=False)
        with Horizontal(id="body"):
            yield HostList(id="hosts")
            with Container(id="panes"):
                yield PortGrid(id="grid")
                yield Results(id="results")
                yield ExchangePane(id="exchange")

    def on_mount(self) -> None:
        """Name the panes."""
        self.query_one("#results").border_title = "results"
        self.query_one("#exchange").border_title = "exchange"
        self.query_one("#hosts").border_title = "hosts"
        self.query_one("#banner").display = False
        self._arrange()
        self.pull()

    def on_resize(self) -> None:
        """Arrange the parts anew."""
        self._arrange()

    @property
    def wide(self) -> bool:
        """There is room for all parts at once."""
        return self.app.size.width >= WIDE[0] and self.app.size.height >= WIDE[1]

    @property
    def several(self) -> bool:
        """The scan has more than one host."""
        return self._session.scan is not None and self._session.scan.hosts.count > 1

    def pull(self) -> None:
        """Take what is new since the last frame; a frozen view takes nothing."""
        session, scan = self._session, self._session.scan
        if session.generation != self._generation:
            self._generation = session.generation
            self._show_anew()
        self._say_request()
        self._say_trouble()
        if scan is None or session.frozen:
            return
        self.query_one(PortGrid).pull()
        self.query_one(ExchangePane).pull()
        self.query_one(Results).pull(session.phase.ended)
        if self.several:
            self.query_one(HostList).pull()

    def go(self, host: int, column: int, *, grid: bool = True) -> None:
        """Show one port in the map and in the exchange."""
        scan = self._session.scan
        if scan is None:
            return
        shown = self.query_one(PortGrid)
        if host != self.host:
            shown.show(scan, host)
        if grid:
            shown.reveal(column)
        self.host, self.column = host, column
        self.query_one(ExchangePane).show(scan, host, column)

    def go_host(self, host: int) -> None:
        """Show one host, at its first open port."""
        scan = self._session.scan
        if scan is None or not 0 <= host < scan.hosts.count:
            return
        states = scan.ledger.state[scan.ledger.row(host)]
        opened = (states == PortState.OPEN).nonzero()[0]
        self.go(host, int(opened[0]) if len(opened) else 0)
        hosts = self.query_one(HostList)
        row = hosts.rows.find(host)
        if row is not None and row != hosts.cursor:
            hosts.move_to(row)

    def turn(self) -> None:
        """Show the next face, where there is room for one only; else go to the next of them."""
        faces = FACES if self.several else FACES[:2]
        self.face = faces[(faces.index(self.face) + 1) % len(faces)] if self.face in faces else "map"
        self._arrange()
        self.focus_face()

    def focus_face(self) -> None:
        """Give the keys to what is shown."""
        target = {"map": "#grid", "list": "#results-table", "hosts": "#hosts"}[self.face]
        self.query_one(target).focus()

    def show_list(self) -> Results:
        """Bring the results forward."""
        self.face = "list"
        self._arrange()
        return self.query_one(Results)

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
        self.go(event.host, event.column, grid=False)

    @on(Results.Chosen)
    def _result_chosen(self, event: Results.Chosen) -> None:
        event.stop()
        self.go(event.host, event.column)
        self.face = "map"
        self._arrange()
        self.query_one(PortGrid).focus()

    @on(HostList.Chosen)
    def _host_chosen(self, event: HostList.Chosen) -> None:
        event.stop()
        if event.host != self.host:
            self.go_host(event.host)

    def _show_anew(self) -> None:
        scan = self._session.scan
        if scan is None:
            return
        self.host = self.column = 0
        self.query_one(PortGrid).show(scan, 0)
        self.query_one(ExchangePane).show(scan, 0, 0)
        self.query_one(Results).show(scan)
        self.query_one(HostList).show_scan(scan)
        self._arrange()

    def _arrange(self) -> None:
        if not self.is_mounted or not self.query("#panes"):
            return
        wide, has_scan = self.wide, self._session.scan is not None
        height = self.app.size.height
        self.set_class(wide, "wide")
        self.set_class(height < 16, "flat")
        shown = {
            "#request": not wide and height >= 12,
            "#body": has_scan or wide,
            "#welcome": not has_scan and not wide,
            "#hosts": has_scan and self.several and (wide or self.face == "hosts"),
            "#panes": wide or self.face != "hosts",
            "#grid": wide or self.face == "map",
            "#results": wide or self.face == "list",
            "#exchange": wide or height >= 16,
        }
        for selector, on_show in shown.items():
            self.query_one(selector).display = on_show
        self._arrange_form(wide)

    def _arrange_form(self, wide: bool) -> None:
        form = self.query("#form-panel")
        if not wide:
            form.remove()
        elif not form:
            made = ScanForm(self._session.request, self._session.raw, id="form-panel")
            made.border_title = "scan"
            self.query_one("#panes").mount(made, after="#grid")

    def _say_request(self) -> None:
        request, session = self._session.request, self._session
        rate = request.timing.max_rate
        line = f" Ports {request.ports or 'usual'}  {request.timing.name}  Rate {f'{rate:g}' if rate else 'auto'}"
        if session.proposal is not None:
            line += "  " + counted(session.proposal).partition("\n")[0]
        _update(self.query_one("#request", Static), line)
        _update(
            self.query_one("#welcome", Static),
            "Nothing has been sent yet.\n\n"
            "c  write a target and choose what to scan\n"
            "s  start the scan\n"
            "?  all keys, and what the map's signs mean\n\n"
            "Scan only what is yours, or what you are allowed to scan.",
        )

    def _say_trouble(self) -> None:
        banner, session = self.query_one("#banner", Static), self._session
        notes = list(session.scan.notes[:3]) if session.scan else []
        progress = session.progress() if session.running else None
        if progress and progress.note:
            notes.append(progress.note)
        lines = [session.sentence, *notes] if session.sentence else notes
        banner.set_class(bool(session.sentence), "wrong")
        banner.display = bool(lines)
        _update(banner, "\n".join(lines))


def _update(line: Static, text: str) -> None:
    if line.content != text:
        line.update(text)
