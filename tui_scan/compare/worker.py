"""The background thread that looks at the ports for a comparison: one look after the other, and the list again."""

import threading
from collections.abc import Callable, Sequence

from tui_scan.compare.join import Comparison, compared
from tui_scan.compare.scan_look import Look, ScanLook
from tui_scan.compare.told import NOT_AGAIN
from tui_scan.engine.background import Background
from tui_scan.engine.progress import Phase
from tui_scan.language import translate
from tui_scan.local.listing import Listing
from tui_scan.model.errors import LocalError, TuiScanError

READING_AGAIN = "Reading the list again …"


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
