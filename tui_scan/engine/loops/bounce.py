"""The FTP bounce scan: port after port by one FTP server, which connects in our stead."""

import time
from collections.abc import Callable
from contextlib import suppress

import numpy as np

from tui_scan.engine.calls import CallLog
from tui_scan.engine.loops.host_time import HostTime, HostTimeOver
from tui_scan.engine.mixing import shuffled
from tui_scan.engine.scan import Scan
from tui_scan.engine.techniques.bounce import RULES, state_of
from tui_scan.engine.tokens import rate_of
from tui_scan.engine.transport.ftp import FtpControl, Reply
from tui_scan.model.errors import LocalError, RefusedError
from tui_scan.model.reasons import Reason
from tui_scan.model.states import HostState, PortState
from tui_scan.model.techniques import Technique
from tui_scan.privilege.sockets import SocketSource

LOGIN_PATIENCE = 10.0
"""Seconds for the server's greeting and its answers to commands that connect nowhere."""
LEAST_PATIENCE, PATIENCE_PER_RTT = 2.0, 5
"""Seconds for the end of a LIST: at the least, and as a multiple of the timing's initial time-out."""
_PRELIMINARY = range(100, 200)
_GOOD = range(200, 400)


class BounceLoop:
    """Runs the scan over all hosts; ``checkpoint`` obeys pause and stop. RefusedError where the server refuses."""

    def __init__(self, scan: Scan, key: int, sockets: SocketSource, checkpoint: Callable[[], bool]) -> None:
        self._scan, self._key, self._checkpoint = scan, key, checkpoint
        self._calls = CallLog("PORT and LIST", "LIST")
        scan.captures[Technique.BOUNCE] = self._calls
        initial = scan.request.timing.initial_rtt_timeout / 1000
        self._patience = max(LEAST_PATIENCE, PATIENCE_PER_RTT * initial)
        self._control: FtpControl | None = None
        self._time = HostTime(scan, rate_of(scan.request.timing, 1), checkpoint)

    def run(self) -> None:
        """Scan to the end; raises ScanStopped where that was asked for."""
        scan = self._scan
        scan.tally.round = 1
        try:
            for host in np.flatnonzero(scan.hosts.state != HostState.DOWN).tolist():
                self._time.begin(host)
                with suppress(HostTimeOver):
                    self._host(host)
                self._time.end()
        finally:
            self._hang_up()

    def _host(self, host: int) -> None:
        """Ask for each port; HostTimeOver where the host had its time."""
        scan, ledger = self._scan, self._scan.ledger
        cells = ledger.cell(host, 0) + scan.columns.of(Technique.BOUNCE)
        cells = cells[ledger.state[cells] == PortState.UNTRIED]
        cells = shuffled(cells, self._key) if scan.request.randomize else cells
        for number, cell in enumerate(cells.tolist()):
            self._time.turn()
            scan.tally.remaining = len(cells) - number
            self._port(host, cell)

    def _port(self, host: int, cell: int) -> None:
        """Ask for one port, once more by a new connection where the server ended the old one."""
        for last in (False, True):
            start = time.time_ns()
            try:
                reply = self._ask(host, cell)
                break
            except TimeoutError:
                self._hang_up()
                reply = None
                break
            except OSError as error:
                self._hang_up()
                if last:
                    raise LocalError(
                        "The FTP server {name} ended the connection: {error}.", name=self._name, error=error
                    ) from error
        self._enter(host, cell, start, reply)

    def _ask(self, host: int, cell: int) -> Reply | None:
        """The final reply to LIST; TimeoutError where none comes."""
        control = self._control or self._log_in()
        port = int(self._scan.columns.port[cell % self._scan.ledger.columns])
        numbers = ",".join(map(str, (*self._scan.hosts.wire[host].tolist(), port >> 8, port & 0xFF)))
        control.patience = LOGIN_PATIENCE
        accepted = self._in_time(control, f"PORT {numbers}")
        if accepted.code not in _GOOD:
            raise RefusedError(
                "The FTP server {name} does not bounce: it answered PORT {numbers} with “{accepted}”, as RFC "
                "2577 asks of servers. Take one that connects to other hosts than its client.",
                name=self._name,
                numbers=numbers,
                accepted=accepted,
            )
        control.patience = self._patience
        reply = control.command("LIST")
        return control.reply() if reply.code in _PRELIMINARY else reply

    def _log_in(self) -> FtpControl:
        relay = self._scan.plan.third.relay
        assert relay is not None
        try:
            control = FtpControl(relay.address, relay.port, LOGIN_PATIENCE, self._checkpoint)
        except OSError as error:
            raise LocalError(
                "The FTP server {name} cannot be reached: {strerror}.",
                name=self._name,
                strerror=error.strerror or error,
            ) from error
        self._control = control
        try:
            reply = control.reply()
            if reply.code in _GOOD:
                reply = self._in_time(control, f"USER {relay.user}")
            if reply.code in range(300, 400):
                reply = self._in_time(control, f"PASS {relay.password}")
        except TimeoutError:
            raise LocalError(
                "The FTP server {name} does not answer: it speaks no FTP, or is busy.", name=self._name
            ) from None
        except OSError as error:
            raise LocalError(
                "The FTP server {name} ended the connection while logging in: {error}.", name=self._name, error=error
            ) from error
        if reply.code not in range(200, 300):
            raise RefusedError(
                "The FTP server {name} does not let {user} in: “{reply}”. Give a login: -b USER:PASSWORD@SERVER.",
                name=self._name,
                user=relay.user,
                reply=reply,
            )
        return control

    def _in_time(self, control: FtpControl, line: str) -> Reply:
        """The reply to a command that connects nowhere: its silence tells nothing of a port."""
        try:
            return control.command(line)
        except TimeoutError:
            raise LocalError(
                "The FTP server {name} does not answer {split}.", name=self._name, split=line.split()[0]
            ) from None

    def _enter(self, host: int, cell: int, start_ns: int, reply: Reply | None) -> None:
        end_ns, ledger = time.time_ns(), self._scan.ledger
        ledger.note_sent(np.array([cell]), (start_ns - self._scan.started_ns) // 1000)
        self._scan.tally.sent += 1
        self._calls.note([(cell, 1, start_ns, end_ns if reply else 0, 0, f"“{reply}”" if reply else "")])
        state = RULES.silence.state if reply is None else state_of(reply.code)
        reason = Reason.NO_RESPONSE if reply is None else Reason.FTP_REPLY
        rtt = np.array([(end_ns - start_ns) // 1000], np.uint32)
        verdict = np.array([cell]), np.array([state], np.uint8), np.array([reason], np.uint8)
        if reply is None:
            ledger.record(*verdict)
            return
        ledger.record(*verdict, rtts_us=rtt)
        self._scan.tally.answers += 1
        if self._scan.hosts.state[host] == HostState.UNKNOWN:
            self._scan.hosts.mark(host, HostState.UP, reason)

    def _hang_up(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None

    @property
    def _name(self) -> str:
        relay = self._scan.plan.third.relay
        return f"{relay.address}:{relay.port}" if relay else ""
