"""The thread of a comparison: one look after the other, and what was seen stays whatever the end."""

import threading

import pytest

from tests.unit.compare.findings import listener, listing, seen
from tui_scan.compare.planning import question
from tui_scan.compare.reverse_look import ReverseLook
from tui_scan.compare.seen import Seen
from tui_scan.compare.worker import CompareWorker
from tui_scan.engine.progress import Phase
from tui_scan.local.listing import Listing
from tui_scan.model.errors import LocalError, UsageError
from tui_scan.model.request import ScanRequest
from tui_scan.model.techniques import Technique
from tui_scan.services import names


class Glance:
    """A look that sees one open port, and ends at once, with an error, or when it is stopped."""

    def __init__(self, port: int, error: Exception | None = None, lasts: bool = False) -> None:
        self.port, self.error, self.lasts = port, error, lasts
        self.version, self.progress, self.notes = 0, "looking", (f"It looks at {port}.", "It looks.")
        self._stopped = threading.Event()

    def run(self) -> None:
        self.version += 1
        if self.lasts:
            self._stopped.wait(10)
        if self.error:
            raise self.error

    def stop(self) -> None:
        self._stopped.set()

    def seen(self) -> list[Seen]:
        return [seen(self.port)] if self.version else []


def ended(*looks: Glance) -> CompareWorker:
    """A worker that has run these looks."""
    worker = CompareWorker(listing(listener("0.0.0.0")), looks)
    assert worker.phase is Phase.READY
    worker.start()
    assert worker.join(10)
    return worker


def test_all_looks_count() -> None:
    worker = ended(Glance(22), Glance(23))
    assert (worker.phase, worker.error, worker.version) == (Phase.FINISHED, None, 2)
    assert worker.notes == ("It looks at 22.", "It looks.", "It looks at 23.")
    assert [(one.port, one.class_.value) for one in worker.comparison().findings] == [
        (23, "no-local-listener"),
        (22, "exposed"),
    ]


@pytest.mark.parametrize("error", [LocalError("No route."), RuntimeError("lost")])
def test_what_was_seen_before_a_failure_stays(error: Exception) -> None:
    worker = ended(Glance(22), Glance(23, error), Glance(24))
    assert worker.phase is Phase.FAILED and str(error) in str(worker.error)
    assert [one.port for one in worker.comparison().findings] == [23, 22]


def test_a_stop_begins_no_other_look() -> None:
    first, second = Glance(22, lasts=True), Glance(23)
    worker = CompareWorker(listing(), [first, second])
    worker.start()
    while not first.version:
        assert not worker.join(0.01)
    worker.stop()
    assert worker.phase is Phase.STOPPING and worker.join(10)
    assert (worker.phase, second.version) == (Phase.STOPPED, 0)
    assert not worker.settle()


def test_the_list_is_read_again_after_the_last_look() -> None:
    came = listing(listener("0.0.0.0", 22), listener("0.0.0.0", 23))
    worker = CompareWorker(listing(listener("0.0.0.0")), [Glance(22), Glance(23)], lambda: came)
    worker.start()
    assert worker.join(10) and worker.phase is Phase.FINISHED
    assert [(one.port, one.class_.value, one.change is not None) for one in worker.comparison().findings] == [
        (22, "exposed", False),
        (23, "unproven", True),
    ]


def test_a_list_that_cannot_be_read_again_is_said_and_changes_nothing() -> None:
    def fail() -> Listing:
        raise LocalError("web1 is gone.")

    worker = CompareWorker(listing(listener("0.0.0.0")), [Glance(22)], fail)
    worker.start()
    assert worker.join(10) and (worker.phase, worker.error) == (Phase.FINISHED, None)
    assert "could not be read a second time" in worker.notes[-1] and worker.notes[-1].endswith("web1 is gone.")
    assert [one.class_.value for one in worker.comparison().findings] == ["exposed"]


def test_a_stop_does_not_wait_for_the_list() -> None:
    asked, answered = threading.Event(), threading.Event()

    def wait() -> Listing:
        asked.set()
        answered.wait(30)
        return listing()

    worker = CompareWorker(listing(listener("0.0.0.0")), [Glance(22)], wait)
    worker.start()
    assert asked.wait(20) and worker.progress == "Reading the list again …"
    worker.stop()
    assert worker.join(20) and worker.phase is Phase.STOPPED
    assert [one.class_.value for one in worker.comparison().findings] == ["exposed"]
    answered.set()


def test_another_host_is_asked_only_for_what_it_can_do() -> None:
    able = question(ScanRequest(("10.0.0.5",), techniques=(Technique.CONNECT, Technique.UDP)), frozenset(), True, names)
    look = ReverseLook((able,), frozenset(), "web1", ("ssh",))
    assert look.seen() == [] and look.version == 0 and "web1 asks 2,000 ports" in look.progress
    unable = question(ScanRequest(("10.0.0.5",), techniques=(Technique.SYN,)), frozenset(), True, names)
    with pytest.raises(UsageError, match="-sS"):
        ReverseLook((unable,), frozenset(), "web1", ("ssh",))


def test_another_host_that_cannot_be_reached_ends_the_look_with_its_sentence() -> None:
    asked = question(ScanRequest(("10.0.0.5",), techniques=(Technique.CONNECT,), ports="1"), frozenset(), False, names)
    worker = CompareWorker(listing(), [ReverseLook((asked,), frozenset(), "web1", ("/missing/ssh",))])
    worker.start()
    assert worker.join(20) and worker.phase is Phase.FAILED
    assert "10.0.0.5 is no address of this machine" in str(worker.error)
