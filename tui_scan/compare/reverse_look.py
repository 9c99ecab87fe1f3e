"""A look from another host over ssh at this machine's own ports."""

import ipaddress
import math
import threading
import time
from collections.abc import Sequence

from tui_scan.compare.planning import Ports, Question
from tui_scan.compare.seen import Seen, Vantage
from tui_scan.language import translate
from tui_scan.local.addresses import own_addresses
from tui_scan.local.reverse import WINDOW, ReverseVerdict, probe_from
from tui_scan.model.errors import TuiScanError, UsageError
from tui_scan.model.states import PortState
from tui_scan.model.techniques import TECHNIQUES, Protocol, Technique
from tui_scan.model.verdict import Verdict

ASKS = "{host} asks {count:,} ports, and tells all at once"
LEAST_SECONDS = 60.0
_SILENT_SECONDS, _DATAGRAM_SECONDS = 4.0, 4.0
"""What a window of silent TCP ports takes, and a UDP port that answers under a limit of ICMP errors."""


class ReverseLook:
    """Asks the ports of this machine's addresses from ``host``, by connects and datagrams, all in one call."""

    def __init__(self, questions: Sequence[Question], wanted: Ports, host: str, ssh_command: Sequence[str]) -> None:
        """``questions`` differ in their addresses alone. UsageError for a technique that the host cannot carry out."""
        first = questions[0]
        for technique in first.techniques:
            if technique not in (Technique.CONNECT, Technique.UDP):
                raise UsageError(
                    "The other host asks by connect (-sT) and UDP (-sU), not by {title} ({option}). Leave it out.",
                    title=TECHNIQUES[technique].title,
                    option=TECHNIQUES[technique].option,
                )
        ports = first.plan.ports
        self._ports = [
            *((Protocol.TCP, port) for port in ports.tcp if Technique.CONNECT in first.techniques),
            *((Protocol.UDP, port) for port in ports.udp if Technique.UDP in first.techniques),
        ]
        self._addresses = tuple(text for one in questions for text in one.plan.addresses())
        self.host, self._wanted, self._command = host, wanted, tuple(ssh_command)
        self._found: tuple[ReverseVerdict, ...] = ()
        self._error: TuiScanError | None = None
        self._stopped = threading.Event()
        self._began = math.nan

    @property
    def version(self) -> int:
        """1 once the answer is there: it comes all at once."""
        return int(bool(self._found))

    @property
    def progress(self) -> str:
        """Whom this waits for, and for how long by now."""
        asked = translate(ASKS, host=self.host, count=len(self._ports) * len(self._addresses))
        return asked if math.isnan(self._began) else f"{asked}: {time.monotonic() - self._began:.0f} s"

    @property
    def notes(self) -> tuple[str, ...]:
        """Why some ports have no verdict, each reason once."""
        return tuple(dict.fromkeys(one.problem for one in self._found if one.problem))

    def run(self) -> None:
        """Wait for the other host's answer, or for ``stop``, after which the answer is not waited for."""
        self._began = time.monotonic()
        thread = threading.Thread(target=self._ask, name="reverse", daemon=True)
        thread.start()
        while thread.is_alive() and not self._stopped.is_set():
            thread.join(0.1)
        if self._error and not self._stopped.is_set():
            raise self._error

    def stop(self) -> None:
        """Wait no longer."""
        self._stopped.set()

    def seen(self) -> list[Seen]:
        """What the other host saw: open ports, and those that were wanted."""
        return [
            _seen(one) for one in self._found if one.state is PortState.OPEN or (one.protocol, one.port) in self._wanted
        ]

    @property
    def _seconds(self) -> float:
        """How long the other host may take, were every port silent."""
        datagrams = sum(protocol is Protocol.UDP for protocol, _ in self._ports)
        connects = len(self._ports) - datagrams
        worst = connects * len(self._addresses) / WINDOW * _SILENT_SECONDS + datagrams * _DATAGRAM_SECONDS
        return max(LEAST_SECONDS, LEAST_SECONDS / 2 + worst)

    def _ask(self) -> None:
        try:
            self._found = probe_from(
                self.host, self._addresses, self._ports, self._command, self._seconds, self._stopped.is_set
            )
        except TuiScanError as error:
            self._error = error


def _seen(one: ReverseVerdict) -> Seen:
    verdict = Verdict(
        one.address, one.protocol, one.port, one.state, one.reason, one.tries, None, None, one.sender or None
    )
    return Seen(verdict, Vantage(one.vantage, one.source, one.own), one.at)


def reachable_addresses() -> tuple[str, ...]:
    """This machine's own addresses that another host may reach: no loopback ones, and none for a single link."""
    own = [ipaddress.ip_address(text) for text in own_addresses()]
    usable = [one for one in own if not (one.is_loopback or one.is_link_local)]
    return tuple(str(one) for one in sorted(usable, key=lambda one: (one.version, int(one))))
