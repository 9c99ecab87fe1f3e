"""What was asked in one line, what went wrong, and the words of a page without a scan."""

from rich.text import Text
from textual.widgets import Static

from tui_scan.language import translate
from tui_scan.model.discovery import Aim
from tui_scan.model.timing import TEMPLATES
from tui_scan.ui.session import Session
from tui_scan.ui.widgets.form import counted
from tui_scan.ui.widgets.header import Line

WELCOME = """Nothing has been sent yet.

[b]c[/b]  write a target and choose what to scan
[b]s[/b]  start the scan
[b]?[/b]  all keys, and what the map's signs mean

Scan only what is yours, or what you are allowed to scan."""

MOST_NOTES = 3
"""Notes that are shown at once; the reports have them all."""

PORTS, USUAL_PORTS = "ports {ports}", "the usual ports"

_ASKED = {Aim.HOSTS: "who is up", Aim.LIST: "a list of the targets"}
"""What is asked for where no ports are scanned."""


class Words(Static):
    """A text that repaints only when it is another."""

    def put(self, text: str) -> None:
        """Say this; nothing at all hides the line."""
        self.display = bool(text)
        if self.content != text:
            self.update(text)


class Welcome(Static):
    """What to do on a page without a scan."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(translate(WELCOME), id=id)


class RequestLine(Line):
    """Which ports at which pace, and what that comes to."""

    def pull(self, session: Session) -> None:
        """Read the session anew."""
        request, parts = session.request, []
        names = [template.name for template in TEMPLATES]
        level = names.index(request.timing.name) if request.timing.name in names else 3
        rate = request.timing.max_rate
        if session.proposal is not None:
            parts.append(counted(session.proposal).partition("\n")[0])
        asked = _ASKED.get(request.aim) or (PORTS if request.ports else USUAL_PORTS)
        parts.append(translate(asked, ports=request.ports))
        parts.append(translate("timing {template}", template=f"T{level}"))
        parts.append(translate("at most {rate:g} a second" if rate else "no rate limit", rate=rate))
        self.put(Text(" " + "   ".join(parts)))


class Banner(Words):
    """Why the scan failed, what holds it up, and the scan's notes."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__("", id=id, markup=False)

    def pull(self, session: Session) -> None:
        """Read the session anew."""
        notes = session.scan.notes if session.scan else []
        lines = [translate(note) for note in notes[:MOST_NOTES]]
        if len(notes) > MOST_NOTES:
            lines.append(translate("{count} more notes stand in the report.", count=len(notes) - MOST_NOTES))
        progress = session.progress() if session.running else None
        if progress and progress.note:
            note = translate(progress.note)
            lines.append(translate("{note} (w: guess the rest)", note=note) if progress.limited else note)
        if session.sentence:
            lines.insert(0, translate(session.sentence))
        self.set_class(bool(session.sentence), "wrong")
        self.put("\n".join(lines))
