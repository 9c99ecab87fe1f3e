"""The row log and the capture: nothing lost, nothing out of order, and a budget that spares what is telling."""

import errno
import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rebuilt import built_by
from tui_scan.engine.calls import CallLog
from tui_scan.engine.capture import ORIGIN_NUMBER, Capture
from tui_scan.engine.packetlog import RECEIVED, WIDTH
from tui_scan.engine.rowlog import SEARCHES, RowLog
from tui_scan.model.packets import Event, Origin, Packet

ROW = np.dtype([("cell", "u4"), ("value", "i8")])
BATCHES = st.lists(st.lists(st.integers(0, 5), max_size=9), max_size=40)


def filled(batches: list[list[int]]) -> tuple[RowLog, list[tuple[int, int]]]:
    log, told, number = RowLog(ROW), [], 0
    for batch in batches:
        rows = np.zeros(len(batch), ROW)
        for at, cell in enumerate(batch):
            rows[at] = cell, number
            told.append((cell, number))
            number += 1
        log.append(rows)
    return log, told


@given(BATCHES)
def test_a_log_keeps_every_row_in_order(batches: list[list[int]]) -> None:
    log, told = filled(batches)
    assert log.count == len(told)
    assert log.nbytes == ROW.itemsize * len(told)
    assert log.all().tolist() == told
    for cell in range(6):
        assert log.of(cell).tolist() == [row for row in told if row[0] == cell]


@given(BATCHES, BATCHES)
def test_a_log_that_is_searched_often_finds_the_same(batches: list[list[int]], more: list[list[int]]) -> None:
    """In arrays of every size, and also of rows that are added after the index was made."""
    log, told = filled(batches)
    for others in ([], more):
        added, rows = filled([[cell + 3 for cell in batch] for batch in others])
        told += rows
        log.append(added.all())
        for number in range(SEARCHES + 10):
            cell = number % 10
            assert log.of(cell).tolist() == [row for row in told if row[0] == cell]
    assert (log._index is not None) is bool(told)


def test_reading_every_cell_does_not_search_every_row_for_each() -> None:
    """65,536 cells in 65,536 rows are 4 billion comparisons unless they are indexed."""
    rows, log = np.zeros(1 << 16, ROW), RowLog(ROW)
    rows["cell"] = np.random.default_rng(1).permutation(1 << 16)
    for start in range(0, 1 << 16, 5000):
        log.append(rows[start : start + 5000])
    cells = iter(range(1 << 16))
    for cell in cells:
        log.of(cell)
        if log._index:
            break
    assert next(cells) < 100
    assert all(log.of(cell)["cell"].tolist() == [cell] for cell in range(0, 1 << 16, 7))


@given(BATCHES, st.sets(st.integers(0, 5)))
def test_a_log_lets_go_of_unwanted_cells(batches: list[list[int]], wanted: set[int]) -> None:
    log, told = filled(batches)
    kept = [row for row in told if row[0] in wanted]
    assert log.keep(lambda cells: np.isin(cells, [*wanted])) == len(told) - len(kept)
    assert log.all().tolist() == kept
    assert log.count == len(kept)


def test_many_small_appends_stay_few_arrays() -> None:
    """A search looks at O(log n) arrays."""
    log, _ = filled([[1]] * 3000)
    assert len(log._parts) <= 14


def received(*rows: tuple[int, int, int, bytes]) -> np.ndarray[tuple[int], np.dtype[np.void]]:
    """Rows of (cell, try, time, packet), as the scanner enters them."""
    out = np.zeros(len(rows), RECEIVED)
    for number, (cell, tries, time_ns, data) in enumerate(rows):
        out[number]["cell"], out[number]["try"], out[number]["time_ns"] = cell, tries, time_ns
        out[number]["origin"] = ORIGIN_NUMBER[Origin.TARGET]
        out[number]["length"], out[number]["wire"] = min(len(data), WIDTH), len(data)
        out[number]["data"][: min(len(data), WIDTH)] = np.frombuffer(data[:WIDTH], np.uint8)
    return out


def probe(cell: int, tries: int, part: int = 0) -> bytes:
    return bytes([cell, tries + 100 * part]) * 20


def never_boring(cells: np.ndarray[tuple[int], np.dtype[np.uint32]]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.zeros(len(cells), np.bool_)


def test_an_exchange_is_told_in_the_order_of_time() -> None:
    capture = Capture(built_by(probe, 2), never_boring)
    capture.note_sent(np.array([3, 4]), 1, np.array([100, 101]))
    capture.note_sent(np.array([3]), 2, np.array([300]))
    long = bytes(range(250))
    capture.note_received(received((3, 2, 400, b"short"), (4, 1, 150, b"other"), (3, 1, 350, long)))
    assert capture.exchange(3) == [
        Packet(100, Origin.SCANNER, probe(3, 1), 40, 1),
        Packet(300, Origin.SCANNER, probe(3, 2), 40, 2),
        Packet(350, Origin.TARGET, long[:WIDTH], 250, 1),
        Packet(400, Origin.TARGET, b"short", 5, 2),
    ]
    assert capture.exchange(5) == []


def test_the_packets_of_one_try_are_told_apart() -> None:
    capture = Capture(built_by(probe, 2), never_boring)
    capture.note_sent(np.array([3]), 1, np.array([101]), 1)
    capture.note_sent(np.array([3]), 1, np.array([100]))
    told = [Packet(100 + part, Origin.SCANNER, probe(3, 1, part), 40, 1) for part in (0, 1)]
    assert capture.exchange(3) == told
    assert told[0].data != told[1].data


def odd(cells: np.ndarray[tuple[int], np.dtype[np.uint32]]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    boring: np.ndarray[tuple[int], np.dtype[np.bool_]] = cells % 2 == 1
    return boring


@given(BATCHES, st.integers(1, 40))
def test_a_full_capture_goes_to_disk_and_stays_whole(batches: list[list[int]], rows: int) -> None:
    """Whatever the budget is: every packet of every cell, in order, as without one."""
    budget = RECEIVED.itemsize * rows
    small, large = Capture(built_by(probe), odd, budget), Capture(built_by(probe), odd)
    number = 0
    for batch in batches:
        for capture in (small, large):
            if batch:
                capture.note_sent(np.array(batch), 1, np.arange(number, number + len(batch)))
                capture.note_received(received(*((cell, 1, number + at, b"x") for at, cell in enumerate(batch))))
                assert capture.nbytes <= budget or capture is large
        number += len(batch)
        for cell in range(6):
            assert small.exchange(cell) == large.exchange(cell)
            assert small.complete(cell)
    for mine, other in zip(small.logs, large.logs, strict=True):
        for first in range(0, number, 7):
            assert mine.since(first, 5).tobytes() == other.since(first, 5).tobytes()
        numbers = np.random.default_rng(number).permutation(mine.count)
        if len(numbers):
            assert (
                mine.view.rows(numbers).tobytes()
                == other.view.rows(numbers).tobytes()
                == other.all()[numbers].tobytes()
            )
            assert mine.view.column("time_ns").tolist() == other.all()["time_ns"].tolist()
    assert small.dropped == 0
    assert sum(log.spooled for log in large.logs) == 0


def no_room(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    """A disk with room for so many writes."""
    left, write = iter(range(rows)), os.write

    def limited(descriptor: int, data: bytes) -> int:
        if next(left, None) is None:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(descriptor, data)

    monkeypatch.setattr("tui_scan.engine.spool.os.write", limited)


@pytest.mark.parametrize("room", [0, 3])
def test_a_full_disk_costs_boring_cells_first_and_says_so(monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    no_room(monkeypatch, room)
    told: list[str] = []
    capture = Capture(built_by(probe), odd, RECEIVED.itemsize * 10, told.append)
    for number in range(80):
        capture.note_received(received((number % 4, 1, number, b"x")))
    (sentence,) = told
    assert "No space left on device" in sentence
    assert "--capture-memory" in sentence
    assert capture.dropped > 0
    even = [packet.time_ns for cell in (0, 2) for packet in capture.exchange(cell)]
    assert sorted(even) == [number for number in range(80) if number % 2 == 0]
    assert capture.received.count + capture.dropped == 80
    assert [capture.complete(cell) for cell in range(4)] == [True, False, True, False]


def test_a_full_disk_costs_nothing_where_nothing_is_boring(monkeypatch: pytest.MonkeyPatch) -> None:
    no_room(monkeypatch, 0)
    capture = Capture(built_by(probe), never_boring, RECEIVED.itemsize * 2)
    for number in range(20):
        capture.note_received(received((number, 1, number, b"x")))
    assert (capture.received.count, capture.dropped) == (20, 0)


def test_calls_are_told_as_events() -> None:
    log = CallLog("connect()", "connect()")
    log.note([(7, 1, 100, 0, 0, ""), (8, 1, 101, 110, 0, "TCP_INFO mss=1460")])
    log.note([(7, 2, 200, 230, 111, "")])
    assert log.exchange(7) == [
        Event(100, Origin.SCANNER, "connect()", "sent", "", 1),
        Event(200, Origin.SCANNER, "connect()", "sent", "", 2),
        Event(230, Origin.TARGET, "connect()", "ECONNREFUSED", "", 2),
    ]
    assert log.exchange(8)[1] == Event(110, Origin.TARGET, "connect()", "0", "TCP_INFO mss=1460", 1)
