"""The background thread that runs a scan; the interface and the command line start, hold and stop it here."""

import time

from tui_scan.engine.background import Background
from tui_scan.engine.control import Control, ScanStopped
from tui_scan.engine.progress import Phase
from tui_scan.engine.scan import Scan
from tui_scan.engine.scanner import Scanner
from tui_scan.model.errors import LocalError, TuiScanError
from tui_scan.privilege.sockets import SocketSource


class ScanWorker(Background):
    """Runs one scan in a thread of its own.

    ``phase`` tells what it does; ``error`` is set when it is FAILED, and whatever was found until then stays
    in ``scan``. All methods may be called from any thread.
    """

    def __init__(self, scan: Scan, sockets: SocketSource) -> None:
        super().__init__("scan")
        self.scan = scan
        self._sockets = sockets
        self._control = Control()

    def pause(self) -> None:
        """Stop sending; answers of probes in flight still count."""
        if self.phase is Phase.RUNNING:
            self._control.pause()

    def resume(self) -> None:
        """Go on after a pause."""
        self._control.resume()

    def stop(self) -> None:
        """End the scan; the results so far stay."""
        if self.phase in (Phase.RUNNING, Phase.PAUSED):
            self.phase = Phase.STOPPING
        self._control.stop()

    def settle(self) -> bool:
        """Wait no longer for hosts that limit their answers: what is in doubt there becomes a guess that says so.

        False where no limit holds the scan up.
        """
        if self.phase.ended or not self.scan.tally.limited:
            return False
        self.scan.settling = True
        return True

    def _pausing(self) -> None:
        self.scan.tally.pause()
        self.phase = Phase.PAUSED

    def _resuming(self) -> None:
        self.scan.tally.resume()
        if self.phase is Phase.PAUSED:
            self.phase = Phase.RUNNING

    def work(self) -> None:
        """Scan to the end; whatever it fails by is told as ``error``."""
        scan = self.scan
        scan.started_ns = time.time_ns()
        scan.tally.start()
        try:
            Scanner(scan, self._sockets, self._checkpoint).run()
            end = Phase.FINISHED
        except ScanStopped:
            end = Phase.STOPPED
        except TuiScanError as error:
            self.error, end = error, Phase.FAILED
        except OSError as error:
            self.error = LocalError(
                "This machine refused a system call: {error}. The results so far are kept.", error=error
            )
            end = Phase.FAILED
        except Exception as error:
            self.error = LocalError(
                "The scan broke off: {name}: {error}. The results so far are kept; please report this.",
                name=type(error).__name__,
                error=error,
            )
            self.error.__cause__ = error
            end = Phase.FAILED
        scan.tally.end()
        scan.finished_ns = time.time_ns()
        self.phase = end

    def _checkpoint(self) -> bool:
        return self._control.checkpoint(self._pausing, self._resuming)
