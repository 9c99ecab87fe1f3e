"""Nobody need wait for a limit: a key, or --max-wait, makes guesses of what is in doubt, and they say so."""

import shlex
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from pathlib import Path

import pytest

from tests.bench.terminal import Terminal
from tests.namespaces import Link, inside, link
from tests.scans import BRISK, PATIENCE, patient, prepared, scanned, seen, until, without_raw
from tui_scan.engine.progress import Phase
from tui_scan.engine.worker import ScanWorker
from tui_scan.exchange.story import story
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Technique
from tui_scan.privilege.sockets import OwnSockets

CLOSED = PortState.CLOSED, Reason.PORT_UNREACH
GUESSED = PortState.OPEN_FILTERED, Reason.LIMITED
FEW_RESETS = """
table inet few {
 chain in {
  type filter hook input priority 0
  meta l4proto { tcp, udp } th dport 50000-53999 drop
 }
 chain out {
  type filter hook output priority 0
  tcp flags & rst == rst limit rate 200/second burst 20 packets accept
  tcp flags & rst == rst drop
 }
}
"""


@pytest.fixture(scope="module")
def limited(own_namespaces: None) -> Iterator[Link]:
    """A target with Linux' own limit of ICMP errors, and one of resets."""
    with link() as made:
        made.at_target("sysctl", "-qw", "net.ipv4.icmp_ratelimit=1000")
        made.at_target("nft", "-f", "-", stdin=FEW_RESETS)
        yield made


@pytest.mark.parametrize(
    ("technique", "raw"),
    [(Technique.UDP, True), (Technique.UDP, False), (Technique.SYN, True), (Technique.CONNECT, True)],
)
def test_a_wish_makes_guesses_at_once(limited: Link, technique: Technique, raw: bool) -> None:
    udp = technique is Technique.UDP
    ports = range(2001, 2401 if udp else 4001)
    with inside(limited.scanner), nullcontext() if raw else without_raw():
        worker = ScanWorker(prepared([Link.address[4]], ports, technique), OwnSockets())
        worker.start()
    assert not worker.settle() or worker.scan.tally.limited
    assert until(lambda: worker.scan.progress().limited)
    assert worker.settle()
    assert worker.join(PATIENCE), "to be sure takes minutes"
    assert worker.phase is Phase.FINISHED, worker.error
    told = Counter(seen(worker.scan, technique).values())
    guess = GUESSED if udp else (PortState.FILTERED, Reason.LIMITED)
    assert told[guess] > 100
    assert sum(told.values()) == len(ports)
    answers = {CLOSED} if udp else {(PortState.CLOSED, Reason.RESET), (PortState.CLOSED, Reason.CONN_REFUSED)}
    assert {*told} <= {guess, *answers}
    assert any(f"{told[guess]} ports were still in doubt" in note for note in worker.scan.notes)
    doubtful = next(column for column in range(len(ports)) if worker.scan.verdict(0, column).reason is Reason.LIMITED)
    assert "guess" in story(worker.scan, 0, doubtful).explanation.meaning
    assert not worker.settle()


@pytest.mark.parametrize("technique", [Technique.UDP, Technique.SYN])
def test_a_slow_round_that_nobody_waits_for_leaves_guesses(limited: Link, technique: Technique) -> None:
    """Nothing answers, so that all is asked once more, slowly: silence that was not asked twice is not called sure."""
    state = PortState.OPEN_FILTERED if technique is Technique.UDP else PortState.FILTERED
    with inside(limited.scanner):
        worker = ScanWorker(prepared([Link.address[4]], range(50_000, 54_000), technique), OwnSockets())
        worker.start()
    assert until(lambda: worker.scan.progress().limited)
    assert worker.settle()
    assert worker.join(PATIENCE)
    assert {*seen(worker.scan, technique).values()} == {(state, Reason.LIMITED)}
    assert any(note.startswith("4,000 ports were still in doubt") for note in worker.scan.notes)


def test_max_wait_makes_the_same_guesses(limited: Link) -> None:
    with inside(limited.scanner):
        scan = scanned([Link.address[4]], "3001-3060", Technique.UDP, timing=patient(BRISK, max_wait=500))
    told = Counter(seen(scan, Technique.UDP).values())
    assert {*told} == {CLOSED, GUESSED}
    assert scan.tally.elapsed() < 30


def test_a_key_settles_and_the_terminal_is_as_before(limited: Link, tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("tui-scan")
    scan = shlex.join([str(program), "scan", "-sU", "-n", "-T4", "-p", "4001-4080", "--reason", Link.address[4]])
    shell = ["/bin/sh", "-c", f"stty -a >before; {scan} >told 2>said; stty -a >after; echo IT IS OVER"]
    with inside(limited.scanner), Terminal(shell, 160, 40, tmp_path) as terminal:
        assert until(lambda: (tmp_path / "before").exists())
        for _ in range(60):
            terminal.keys(b"s")
            with suppress(AssertionError):
                terminal.until(b"IT IS OVER", 1)
                break
        else:
            pytest.fail(f"no key was heard: {(tmp_path / 'said').read_text()!r}")
    assert "in doubt when the waiting ended" in (tmp_path / "said").read_text()
    assert "limited" in (tmp_path / "told").read_text()
    assert (tmp_path / "after").read_text() == (tmp_path / "before").read_text()
