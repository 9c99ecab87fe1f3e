"""One look at ports: what every kind of it has, and the scan from here."""

from collections.abc import Sequence
from typing import Protocol

from tui_scan.compare.planning import Ports, Question
from tui_scan.compare.seen import Seen, seen_by
from tui_scan.engine.scan import Scan, prepare
from tui_scan.engine.worker import ScanWorker
from tui_scan.language import Sentence, translate
from tui_scan.model.states import HostState
from tui_scan.model.verdict import Verdict
from tui_scan.privilege.sockets import SocketSource


class Look(Protocol):
    """One look at ports. ``run`` returns when it has ended and raises TuiScanError where it failed."""

    @property
    def version(self) -> int:
        """Another number whenever something new was seen."""
        ...

    @property
    def progress(self) -> str:
        """How far it is, for a person."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences that a person should read beside what was seen."""
        ...

    def run(self) -> None:
        """Look until the end, or until ``stop``."""
        ...

    def stop(self) -> None:
        """End soon; what was seen stays."""
        ...

    def seen(self) -> Sequence[Seen]:
        """Open ports and those that were asked for, as far as it has come."""
        ...


DOWN = "{address} is down, as far as its answers tell, so none of its ports was asked."


def down(scan: Scan) -> list[str]:
    """A sentence for each host whose ports were not asked."""
    hosts = scan.hosts
    return [
        Sentence(DOWN, address=hosts.address(host))
        for host in range(hosts.count)
        if hosts.state[host] == HostState.DOWN
    ]


class ScanLook:
    """A scan from here, with the engine; ``wanted`` are the ports that are told whatever their verdict."""

    def __init__(self, question: Question, wanted: Ports, sockets: SocketSource) -> None:
        self.scan: Scan = prepare(question.plan, question.techniques)
        self._wanted = wanted
        self._worker = ScanWorker(self.scan, sockets)

    @property
    def version(self) -> int:
        """The ledger's."""
        return self.scan.ledger.version

    @property
    def progress(self) -> str:
        """The settled share, and what holds the scan up."""
        now = self.scan.progress()
        return f"{int(now.fraction * 100)} %  {translate(now.note)}".rstrip()

    @property
    def notes(self) -> tuple[str, ...]:
        """What the scan says of itself, and the hosts that are down."""
        return (*self.scan.notes, *down(self.scan))

    def run(self) -> None:
        """Scan to the end; raises what the scan failed by."""
        self._worker.start()
        self._worker.join()
        if self._worker.error:
            raise self._worker.error

    def stop(self) -> None:
        """End the scan."""
        self._worker.stop()

    def settle(self) -> bool:
        """Wait no longer for hosts that limit their answers; False where no limit holds the scan up."""
        return self._worker.settle()

    def seen(self) -> list[Seen]:
        """As far as the ledger has it."""
        return list(seen_by(self.scan, self._wanted))

    def place(self, verdict: Verdict) -> tuple[int, int] | None:
        """The host and the column of a verdict in the scan; None where it is none of its."""
        hosts = self.scan.hosts
        known = (host for host in range(hosts.count) if hosts.address(host) == verdict.address)
        host = next(known, None)
        return None if host is None else (host, self.scan.columns.index(verdict.protocol, verdict.port))
