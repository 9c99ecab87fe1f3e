"""Times, shares and targets in the few characters that the first line has."""

from collections.abc import Mapping, Sequence

from tui_scan.engine.progress import Progress
from tui_scan.language import number, translate
from tui_scan.model.request import ScanRequest
from tui_scan.ui.host_words import host_words
from tui_scan.ui.screens.views import View
from tui_scan.ui.session import Session

MOST_TARGETS = 32
"""Characters that targets may take; of longer ones the first is shown, and how many hosts they are."""

SHORT = {
    "open|filtered": "o|f",
    "unfiltered": "unf",
    "closed|filtered": "c|f",
    "filtered": "filt",
    "closed": "clos",
    "to do": "todo",
    "all hosts:": "all:",
}
"""The words of the counts where the whole ones do not fit."""

NO_STATES = ("to do", "all hosts:")
"""The words of the counts that are no names of states."""


def duration(seconds: float) -> str:
    """``0:38`` or ``1:02:03``."""
    whole = int(seconds + 0.5)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def remaining(eta: float | None) -> str:
    """What is left, as ``duration``: ``<1 s`` for less than a second, ``-`` where nothing tells it."""
    if eta is None:
        return "-"
    return duration(eta) if eta >= 1 else "<1 s"


def took(elapsed: float) -> str:
    """What a scan took: ``0.76 s``, from a minute on ``1:02``."""
    return f"{elapsed:.2f} s" if elapsed < 60 else duration(elapsed)


def targets(session: Session, request: ScanRequest) -> str:
    """What is scanned, as it was asked for; where that is long, how many hosts and the first of them."""
    asked = " ".join(request.targets) or translate("no target")
    if session.scan is not None and session.scan.hosts.count == 1 and session.scan.hosts.names.get(0):
        return host_words(session.scan.hosts, 0)
    if len(asked) <= MOST_TARGETS or len(request.targets) == 1:
        return asked
    if session.scan is None:
        count, first = len(request.targets), request.targets[0]
        return translate("{count:,} targets: {first} ...", count=count, first=first)
    count, first = session.scan.hosts.count, session.scan.hosts.address(0)
    return translate("{count:,} hosts: {first} ...", count=count, first=first)


def percent(progress: Progress) -> str:
    """A hundred only when nothing is left."""
    return f"{min(99, int(progress.fraction * 100)) if progress.settled < progress.cells else 100}%"


def view_words(views: Sequence[View], here: str, room: int) -> list[str]:
    """``1 Scan``, ``2``: the views' numbers with as many titles as fit, first that of the view shown."""
    words = [f"{view.number} {translate(view.title)}" for view in views]
    for at in reversed(range(len(views))):
        if sum(len(one) + 2 for one in words) > room and views[at].name != here:
            words[at] = str(views[at].number)
    return words


SHORTER = ((None, 2), (4, 2), (3, 2), (3, 1))
"""Letters that titles of views keep (None: all), and the cells between two: one after the other where room is short."""


def cut_titles(views: Sequence[View], letters: int | None) -> list[str]:
    """``1 Scan``, ``2 Loc``: the views' numbers with so many letters of their titles; none is cut by one letter."""
    titles = [translate(view.title) for view in views]
    short = [title if letters is None or len(title) <= letters + 1 else title[:letters] for title in titles]
    return [f"{view.number} {title}" for view, title in zip(views, short, strict=True)]


def count_words(counts: Mapping[str, int], lead: Sequence[str], room: int, more: str) -> list[tuple[str, str]]:
    """Words and numbers for ``room`` character cells, two between them: whole, else short words.

    What does not fit even so is cut off from the end, and ``more`` stands in its place. ``lead`` are words without a
    number that stand in front.
    """
    parts: list[tuple[str, str]] = []
    for short in ({}, SHORT):
        parts = [(_word(word, short), "") for word in lead]
        parts += [(_word(word, short), number(count) if count else "-") for word, count in counts.items()]
        if _length(parts) <= room:
            return parts
    while parts and _length([*parts, (more, "")]) > room:
        parts.pop()
    return [*parts, (more, "")]


def _word(word: str, short: Mapping[str, str]) -> str:
    """A word, or a short one; names of states are the same in every language."""
    shown = short.get(word, word)
    return translate(shown) if word in NO_STATES else shown


def _length(parts: Sequence[tuple[str, str]]) -> int:
    return sum(len(word) + len(count) + bool(count) + 2 for word, count in parts) - 2
