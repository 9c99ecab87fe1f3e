"""The background thread that looks at the ports for a comparison: one look after the other."""

import threading
from collections.abc import Callable, Sequence
from typing import Protocol

from tui_scan.compare.join import Comparison, compared
from tui_scan.compare.planning import Ports, Question
from tui_scan.compare.seen import Seen, seen_by
from tui_scan.compare.told import NOT_AGAIN
from tui_scan.engine.background import Background
from tui_scan.engine.progress import Phase
from tui_scan.engine.scan import Scan, prepare
from tui_scan.engine.worker import ScanWorker
from tui_scan.language import Sentence, translate
from tui_scan.local.listing import Listing
from tui_scan.model.errors import LocalError, TuiScanError
from tui_scan.model.states import HostState
from tui_scan.model.verdict import Verdict
from tui_scan.privilege.sockets import SocketSource

READING_AGAIN = "Reading the list again …"


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


class CompareWorker(Background):
    """Runs the looks of a comparison in a thread of its own, one after the other, and then ``again`` reads the list.

    ``phase`` tells what it does, ``now`` the look that runs or ran last; ``error`` is set when it is FAILED. What was
    seen stays whatever the end. All methods may be called from any thread.
    """

    def __init__(self, listing: Listing, looks: Sequence[Look], again: Callable[[], Listing] | None = None) -> None:
        super().__init__("compare")
        self.listing, self.looks = listing, tuple(looks)
        self.now: Look = self.looks[0]
        self.afterwards: Listing | None = None
        self._again, self._reading, self._not_again = again, False, ""

    @property
    def version(self) -> int:
        """Another number whenever something new was seen."""
        return sum(look.version for look in self.looks)

    @property
    def progress(self) -> str:
        """How far it is, for a person."""
        return translate(READING_AGAIN) if self._reading else self.now.progress

    def stop(self) -> None:
        """End the look that runs and begin no other."""
        if not self.phase.ended:
            self.phase = Phase.STOPPING
        self.now.stop()

    def settle(self) -> bool:
        """Wait no longer for limits; False where none holds the look up."""
        return isinstance(self.now, ScanLook) and self.now.settle()

    @property
    def notes(self) -> tuple[str, ...]:
        """The sentences of all looks, each once, and why the list was not read again."""
        notes = dict.fromkeys(note for look in self.looks for note in look.notes)
        return (*notes, *filter(None, (self._not_again,)))

    def comparison(self) -> Comparison:
        """Both sides as far as they are known."""
        return compared(self.listing, [one for look in self.looks for one in look.seen()], self.afterwards)

    def work(self) -> None:
        """Look until the end; whatever a look fails by is told as ``error``."""
        try:
            for look in self.looks:
                self.now = look
                if self.phase is Phase.STOPPING:
                    break
                look.run()
            self._read_again()
        except TuiScanError as error:
            self.error, self.phase = error, Phase.FAILED
            return
        except Exception as error:
            self.error = LocalError(
                "The comparison broke off: {name}: {error}. Please report this.", name=type(error).__name__, error=error
            )
            self.error.__cause__ = error
            self.phase = Phase.FAILED
            return
        self.phase = Phase.STOPPED if self.phase is Phase.STOPPING else Phase.FINISHED

    @property
    def _stopping(self) -> bool:
        return self.phase is Phase.STOPPING

    def _read_again(self) -> None:
        """Read the list a second time, or until ``stop``; a failure is told, and ends nothing."""
        if self._again is None or self._stopping:
            return
        self._reading = True
        thread = threading.Thread(target=self._take_again, args=(self._again,), name="list again", daemon=True)
        thread.start()
        while thread.is_alive() and not self._stopping:
            thread.join(0.05)
        self._reading = False

    def _take_again(self, again: Callable[[], Listing]) -> None:
        try:
            self.afterwards = again()
        except TuiScanError as error:
            self._not_again = translate(NOT_AGAIN, error=error)
