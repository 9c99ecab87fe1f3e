"""The life of a comparison as the interface sees it: from what was typed to the worker and its end. No textual."""

from dataclasses import dataclass
from enum import StrEnum

from tui_scan.model.errors import UsageError
from tui_scan.model.request import ScanRequest
from tui_scan.ui.files import path_of
from tui_scan.ui.session import Proposal, Session


class Source(StrEnum):
    """Whose list is taken; the value is the form's word."""

    OWN = "own"
    SSH = "ssh"
    FILE = "file"


NO_HOST = "The host that lists itself is missing. Write it behind “ssh”."
NO_FILE = "The file is missing. Write it behind “file”."


@dataclass(frozen=True, slots=True)
class Typed:
    """What the form of a comparison says. ``where`` is the ssh host or the file, ``from_host`` "" for this machine."""

    targets: str
    ports: str
    source: Source
    where: str
    from_host: str


def compare_request(request: ScanRequest, typed: Typed) -> ScanRequest:
    """A request for what was typed; of the scan's form count what says how fast, by which way and who is let out."""
    targets = tuple(typed.targets.split())
    if not targets and typed.source is Source.SSH:
        targets = tuple(filter(None, (typed.where.rpartition("@")[2],)))
    elif not targets and typed.from_host:
        from tui_scan.compare.reverse_look import reachable_addresses

        targets = reachable_addresses()
    return ScanRequest(
        targets=targets,
        excludes=request.excludes,
        ports=typed.ports.strip() or None,
        family=None,
        timing=request.timing,
        interface=request.interface,
        # Another host looks at nothing but this machine's own addresses.
        authorized=bool(typed.from_host),
        discovery=request.discovery,
        exclude_ports=request.exclude_ports,
        datadir=request.datadir,
    )


def propose_comparison(request: ScanRequest, typed: Typed, raw: bool) -> list[Proposal]:
    """One proposal a family, before the list is read: resolved, counted and judged. Never call it in the event loop.

    Raises UsageError with the sentence for the person.
    """
    from tui_scan.compare.listed import check_size
    from tui_scan.compare.planning import by_family, question
    from tui_scan.scope.broadcasts import own_broadcasts
    from tui_scan.scope.guard import judge
    from tui_scan.services.chosen import services_of

    if typed.source is not Source.OWN and not typed.where:
        raise UsageError(NO_HOST if typed.source is Source.SSH else NO_FILE)
    names, broadcasts = services_of(request.datadir), own_broadcasts()
    made = [question(one, frozenset(), raw and not typed.from_host, names) for one in by_family(request)]
    check_size(sum(one.plan.host_count for one in made))
    return [
        Proposal(one.plan.request, one.plan, judge(one.plan, broadcasts=broadcasts), one.techniques) for one in made
    ]


def _file(name: str) -> str:
    """The path of a list; the keyboard, a pipe or a device could be waited for without end."""
    path = path_of(name)
    if name == "-" or (path.exists() and not path.is_file()):
        raise UsageError("{name} is no file. Save what ss or netstat prints to a file, and write its name.", name=name)
    return str(path)


def begin_comparison(session: Session, request: ScanRequest, typed: Typed) -> None:
    """Read the list, which may wait for ssh, and start to look; TuiScanError with a sentence where that fails."""
    from tui_scan.compare.listed import SSH, listing_again, listing_of
    from tui_scan.compare.planning import by_family, listening_ports, question
    from tui_scan.compare.reverse_look import ReverseLook
    from tui_scan.compare.scan_look import Look, ScanLook
    from tui_scan.compare.worker import CompareWorker
    from tui_scan.scope import guard
    from tui_scan.services.chosen import services_of

    ssh = typed.where if typed.source is Source.SSH else None
    file = _file(typed.where) if typed.source is Source.FILE else None
    listing = listing_of(ssh, file)
    names, wanted = services_of(request.datadir), listening_ports(listing)
    raw = session.raw and not typed.from_host
    questions = [question(one, wanted, raw, names) for one in by_family(request)]
    for one in questions:
        guard.check(one.plan)
    if typed.from_host:
        looks: list[Look] = [ReverseLook(questions, wanted, typed.from_host, SSH)]
    else:
        looks = [ScanLook(one, wanted, session.sockets()) for one in questions]
    # The list may have taken its time.
    if session.busy:
        raise UsageError(session.busy)
    session.comparison = CompareWorker(listing, looks, listing_again(ssh, file))
    session.comparison.start()
