"""The program never outlives its terminal or a request to end, at whatever moment they come."""

import os
import random
import signal
import time

import pytest

from tests.terminal.pseudo_terminal import PseudoTerminal

SCAN = ("-sT", "-p-", "--scan-delay", "5ms", "--start", "127.0.0.10")
"""It lasts five minutes."""
LIMIT = 40.0
"""Seconds in which it must be gone; the grace for a terminal that nobody reads is three of them."""

HUNG_UP = {129, -signal.SIGHUP}
TERMINATED = {143, -signal.SIGTERM}


def moments(chance: random.Random, count: int) -> list[float]:
    """Seconds from the start, spread over start-up, first paint and scan."""
    return [chance.uniform(0.6 * part, 0.6 * (part + 1)) for part in range(count)]


@pytest.fixture
def chance(seed: int) -> random.Random:
    """Moments by lot."""
    return random.Random(seed)


def test_a_terminal_that_closes_ends_the_program(chance: random.Random) -> None:
    for moment in moments(chance, 3):
        with PseudoTerminal(*SCAN) as seen:
            seen.read(moment)
            seen.vanish()
            assert seen.end(LIMIT) in HUNG_UP, moment


def test_neither_a_closed_terminal_nor_a_paused_scan_withstands_a_signal(chance: random.Random) -> None:
    for _ in range(2):
        with PseudoTerminal(*SCAN) as seen:
            seen.until(b" RUN ")
            seen.keys(b"p")
            seen.read(chance.uniform(0.05, 0.5))
            seen.vanish()
            time.sleep(chance.uniform(0, 0.2))
            os.kill(seen.pid, signal.SIGTERM)
            assert seen.end(LIMIT) in HUNG_UP | TERMINATED


def test_a_signal_while_the_page_is_made_leaves_no_traceback(chance: random.Random) -> None:
    for moment in moments(chance, 3):
        with PseudoTerminal(*SCAN) as seen:
            seen.read(moment)
            os.kill(seen.pid, signal.SIGTERM)
            assert seen.end(LIMIT) in TERMINATED, moment
            assert b"Traceback" not in seen.seen
            shown, hidden = seen.seen.count(b"\x1b[?1049h"), seen.seen.count(b"\x1b[?1049l")
            assert shown == hidden, "the alternate screen is left as often as it is entered"


def test_a_terminal_that_closes_while_the_program_quits_does_not_hold_it(chance: random.Random) -> None:
    with PseudoTerminal(*SCAN) as seen:
        seen.until(b" RUN ")
        seen.keys(b"q")
        seen.until(b"Stop it and quit")
        seen.keys(b"y")
        seen.read(chance.uniform(0, 0.2))
        seen.vanish()
        assert seen.end(LIMIT) in HUNG_UP | {0}


def test_a_terminal_that_nobody_reads_does_not_hold_it() -> None:
    with PseudoTerminal(*SCAN) as seen:
        seen.until(b" RUN ")
        time.sleep(1.5)
        os.kill(seen.pid, signal.SIGTERM)
        assert seen.end(LIMIT, read=False) in TERMINATED
