"""The parts of the scan's page, and which of them are shown in the room that there is."""

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.message import Message

from tui_scan.language import translate
from tui_scan.ui.screens.arrangement import TOLD_ROWS, Room, least_below, map_rows, shown
from tui_scan.ui.session import Session
from tui_scan.ui.widgets.exchange_pane import ExchangePane
from tui_scan.ui.widgets.form import ScanForm
from tui_scan.ui.widgets.grid_map import GridMap
from tui_scan.ui.widgets.host_list import HostList
from tui_scan.ui.widgets.host_told import HostTold
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


class ScanPage(Vertical):
    """Map, list, hosts, exchange and form; ``face`` is what stands where there is room for one part.

    ``before`` is the face from which the exchange was enlarged.
    ``host`` is the number of the host that is shown.
    """

    def __init__(self, session: Session, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.session = session
        self.host = 0
        self.face = self.before = "map"

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
                yield HostTold(id="told")
                yield ExchangePane(id="exchange")

    def on_resize(self) -> None:
        """Arrange the parts anew."""
        self.share_room()

    @property
    def room(self) -> Room:
        """What there is to show, and where."""
        scan, size = self.session.scan, self.app.size
        several = scan is not None and (scan.hosts.count > 1 or scan.request.trace)
        begun, ended = self.session.begun, self.session.phase.ended
        portless = scan is not None and not scan.columns.count
        return Room(size.width, size.height, scan is not None, several, self.face, begun, begun and ended, portless)

    def turn(self) -> None:
        """Go to the next of map, list and hosts."""
        self.show_face(self.next_face)

    @property
    def next_face(self) -> str:
        """What ``turn`` goes to."""
        faces = self.room.faces
        return faces[(faces.index(self.face) + 1) % len(faces)] if self.face in faces else "map"

    def enlarge(self) -> None:
        """Give the exchange the whole page, or what was there before its place back."""
        self.show_face(self.before if self.face == "exchange" else "exchange")

    def show_face(self, face: str) -> None:
        """Bring the map, the list, the hosts or the exchange forward and give it the keys."""
        if face == "exchange" and self.face != face:
            self.before = self.face
        self.face = face
        self.share_room()
        self.focus_face()

    def focus_face(self) -> None:
        """Give the keys to what is shown, at once: the next key is perhaps there already."""
        self.screen.set_focus(self.query_one(FOCUS[self.face]))

    @on(ScanForm.Accepted)
    def _form_done(self, event: ScanForm.Accepted) -> None:
        event.stop()
        self.focus_face()

    def key_escape(self) -> None:
        """Leave the form's panel for what is shown beside it."""
        if any(form.has_focus_within for form in self.query("#form-panel")):
            self.focus_face()

    def share_room(self) -> None:
        """Show what there is room for."""
        if not self.query("#exchange"):
            return
        room = self.room
        self.set_class(room.wide, "wide")
        self.set_class(room.flat, "flat")
        self.set_class(room.portless, "portless")
        self.set_class(self.face == "list", "list")
        for name, on_show in shown(room).items():
            self.query_one(f"#{name}").display = on_show
        form = self.query("#form-panel")
        if not room.wide:
            form.remove()
        elif not form:
            made = ScanForm(self.session.request, self.session.raw, id="form-panel")
            made.border_title = translate("scan")
            self.query_one("#upper").mount(made, after="#grid")
        self.call_after_refresh(self._share_rows)

    @on(Panes.Resized)
    def _share_rows(self) -> None:
        """Give the map the rows it can fill, and what is below it the rest."""
        room, upper, lower = self.room, self.query_one("#upper"), self.query_one("#lower")
        rows = self.query_one(Panes).size.height
        alone = room.scan and not (upper.display and lower.display)
        if room.tells_hosts and not alone:
            upper.styles.height, lower.styles.height = "1fr", min(TOLD_ROWS, rows // 2)
            return
        if self.session.scan is None or alone or room.flat:
            upper.styles.height = lower.styles.height = "1fr"
            return
        trial = GridMap(self.session.scan, self.host)
        below = least_below(rows, room.wide, room.over)
        trial.arrange(self.query_one("#grid").size.width or room.width, rows - below - 1)
        upper.styles.height = map_rows(rows, trial.lines, room.wide, room.over)
        lower.styles.height = "1fr"
