"""The two lines on top: what is scanned and how far it is; the views and the counts."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text
from textual import events
from textual.app import RenderResult
from textual.message import Message
from textual.widget import Widget

from tui_scan.engine.progress import Phase
from tui_scan.language import number, translate
from tui_scan.model.discovery import Aim
from tui_scan.model.states import HostState, PortState
from tui_scan.ui.glyphs import glyphs_of
from tui_scan.ui.screens.views import View
from tui_scan.ui.session import Session
from tui_scan.ui.widgets.header_words import (
    SHORTER,
    count_words,
    cut_titles,
    percent,
    remaining,
    targets,
    took,
    view_words,
)

if TYPE_CHECKING:
    from tui_scan.engine.scan import Scan

PHASE_WORDS = {
    Phase.READY: "READY",
    Phase.RUNNING: "RUN",
    Phase.PAUSED: "PAUSED",
    Phase.STOPPING: "STOPPING",
    Phase.STOPPED: "STOPPED",
    Phase.FINISHED: "DONE",
    Phase.FAILED: "FAILED",
}
"""A phase as the header says it."""

_AIMS = {Aim.HOSTS: "HOSTS", Aim.LIST: "LIST"}
"""What is asked for where no ports are scanned."""

COUNTED = (
    (PortState.OPEN, "open"),
    (PortState.OPEN_FILTERED, "open|filtered"),
    (PortState.UNFILTERED, "unfiltered"),
    (PortState.CLOSED_FILTERED, "closed|filtered"),
    (PortState.FILTERED, "filtered"),
    (PortState.CLOSED, "closed"),
    (PortState.UNTRIED, "to do"),
)
"""The counts of the second line, the most telling first."""


LEAST_FOR_COUNTED = 24
"""Cells that the counts get before every view has its name."""


WHOLE = 1000
"""Cells in which all counts have room with their whole words."""


class Line(Widget):
    """One line of text that repaints only when the text is another."""

    DEFAULT_CSS = "Line { height: 1; width: 1fr; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.text = Text(no_wrap=True, overflow="crop")

    @property
    def room(self) -> int:
        """Character cells; the terminal's, before the first layout."""
        return self.size.width or self.app.size.width

    def put(self, text: Text) -> None:
        """Show this text."""
        if text.plain != self.text.plain or text.spans != self.text.spans:
            text.no_wrap, text.overflow = True, "crop"
            self.text = text
            self.refresh()

    def render(self) -> RenderResult:
        """The text."""
        return self.text


class TitleLine(Line):
    """Target, technique, interface and privilege at the left; phase, rate and remaining time at the right."""

    COMPONENT_CLASSES = {"title--name", "title--phase", "title--failed", "title--dim", "title--held"}

    def pull(self, session: Session, badge: str) -> None:
        """Read the session anew."""
        right = self._right(session)
        room = self.room - right.cell_len - 1
        if room < 1:
            self.put(right)
            return
        left = self._left(session, badge, room)
        left.truncate(room, overflow="crop", pad=True)
        self.put(left.append(" ").append_text(right))

    def _left(self, session: Session, badge: str, room: int) -> Text:
        """What is scanned, and of the rest what fits whole."""
        request, dim = session.scan.request if session.scan else session.request, self._style("title--dim")
        text = Text().append(" tui_scan ", self._style("title--name")).append(f" {targets(session, request)}")
        techniques = session.scan.columns.techniques if session.scan else ()
        aim = translate(_AIMS.get(request.aim, ""))
        parts = (
            ("+".join(technique.value.upper() for technique in techniques) or aim, ""),
            (request.interface or "", ""),
            (f"({session.lab})" if session.lab else "", dim),
            (translate(badge), dim),
        )
        for part, style in parts:
            if part and text.cell_len + len(part) + 2 <= room:
                text.append("  ").append(part, style)
        return text

    def _right(self, session: Session) -> Text:
        text, phase, progress = Text(), session.phase, session.progress()
        word = translate(PHASE_WORDS[phase])
        if progress and progress.cells and phase in (Phase.RUNNING, Phase.PAUSED, Phase.STOPPED, Phase.FAILED):
            word += f" {percent(progress)}"
        failed = phase is Phase.FAILED
        text.append(f" {word} ", self._style("title--failed" if failed else "title--phase"))
        if progress and progress.elapsed:
            text.append(f" {number(progress.rate, '>6,.0f')} pps")
            if session.running:
                text.append(f"  ETA {remaining(progress.eta):>5}")
            else:
                text.append("  ").append(translate("in {time}", time=took(progress.elapsed)))
        if session.frozen:
            text.append(" ").append(f"[{translate('FROZEN')}]", self._style("title--held"))
        return text.append(" ")

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(name)


class CountsLine(Line):
    """The views by number at the left, the counts by state at the right, which need the room more than titles do."""

    COMPONENT_CLASSES = {"counts--here", "counts--dim", "counts--open"}

    class Chosen(Message):
        """A view was clicked."""

        def __init__(self, view: str) -> None:
            super().__init__()
            self.view = view

    def __init__(self, views: Iterable[View], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._views = tuple(views)
        self._ends: list[tuple[int, str]] = []

    def pull(self, session: Session, here: str) -> None:
        """Read the ledger anew."""
        titles, gap, counts = self._fit(session, here)
        text, dim = Text(" "), self.get_component_rich_style("counts--dim")
        self._ends = []
        for view, title in zip(self._views, titles, strict=True):
            words = f" {title}{' ' * (gap - 1)}"
            text.append(words, self.get_component_rich_style("counts--here") if view.name == here else dim)
            self._ends.append((text.cell_len, view.name))
        text.append(" " * max(1, self.room - text.cell_len - counts.cell_len - 1))
        self.put(text.append_text(counts))

    def _fit(self, session: Session, here: str) -> tuple[list[str], int, Text]:
        """The views' titles, the cells between two, and the counts: titles are cut first, then the counts' words."""
        tried = []
        for letters, gap in SHORTER:
            titles = cut_titles(self._views, letters)
            tried.append((titles, gap, self.room - 3 - sum(len(title) + gap for title in titles)))
        whole, more = self._counts(session, WHOLE), glyphs_of(self.app).more
        for titles, gap, room in tried:
            if whole.cell_len <= room:
                return titles, gap, whole
        for titles, gap, room in tried:
            counts = self._counts(session, room)
            if counts.cell_len <= room and not counts.plain.endswith(more):
                return titles, gap, counts
        if room >= LEAST_FOR_COUNTED:
            return titles, gap, counts
        longest = max(len(translate(view.title)) for view in self._views)
        least = sum(len(f" {view.number} ") for view in self._views) + longest + 2
        counts = self._counts(session, self.room - least - 2)
        return view_words(self._views, here, self.room - counts.cell_len - 3), 2, counts

    def on_click(self, event: events.Click) -> None:
        """The view whose title was clicked."""
        name = next((name for end, name in self._ends if event.x < end), None)
        if name is not None:
            self.post_message(self.Chosen(name))

    def _counts(self, session: Session, room: int) -> Text:
        text = Text()
        if session.scan is None:
            return text
        totals = session.scan.ledger.totals()
        dim = self.get_component_rich_style("counts--dim")
        if not session.scan.columns.count:
            return self._host_counts(session.scan, dim)
        counts = {title: int(totals[state]) for state, title in COUNTED if totals[state] or state is PortState.OPEN}
        lead = ("all hosts:",) * (session.scan.hosts.count > 1)
        for word, count in count_words(counts, lead, room, glyphs_of(self.app).more):
            strong = word == "open" and count != "-"
            text.append("  " if text else "").append(word, dim).append(" " if count else "")
            text.append(count, self.get_component_rich_style("counts--open") if strong else "")
        return text

    def _host_counts(self, scan: "Scan", dim: Style) -> Text:
        """How many hosts are up and down, where no ports are scanned."""
        states = scan.hosts.state
        up, down = int((states == HostState.UP).sum()), int((states == HostState.DOWN).sum())
        strong = self.get_component_rich_style("counts--open") if up else Style()
        parts = Text().append("up ", dim).append(number(up) if up else "-", strong)
        return parts.append("  down ", dim).append(number(down) if down else "-")
