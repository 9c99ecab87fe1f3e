"""The life of a scan without any screen: it starts, stops, fails and is replaced, and never loses results."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from scapy.utils import RawPcapNgReader

from tests.ui.driven import SLOW
from tests.ui.filled_scans import made_scan
from tests.ui.listening import Listeners
from tests.ui.packets import capture_syns, probe, received, sent, syn_ack
from tui_scan.engine.progress import Phase
from tui_scan.engine.worker import ScanWorker
from tui_scan.model.errors import LocalError, UsageError
from tui_scan.model.packets import Origin
from tui_scan.model.request import ScanRequest
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Technique
from tui_scan.model.timing import TEMPLATES
from tui_scan.scope.rules import GuardVerdict
from tui_scan.ui.reporting import summary, write_report
from tui_scan.ui.session import Session, propose


def request(target: str, ports: str, *, slow: bool = False, technique: Technique = Technique.CONNECT) -> ScanRequest:
    return ScanRequest((target,), ports=ports, techniques=(technique,), timing=SLOW if slow else TEMPLATES[3])


class NoSockets:
    """A machine that gives no raw socket although it seemed to."""

    raw = True

    def __getattr__(self, name: str) -> object:
        raise LocalError("The sockets are out.")


def test_it_needs_neither_textual_nor_numpy_to_be_loaded() -> None:
    code = "import sys, tui_scan.ui.session; print({'textual', 'numpy', 'scapy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_scan_begins_and_ends(listeners: Listeners) -> None:
    session = Session(request(listeners.address, listeners.range))
    before = session.phase
    assert before is Phase.READY
    session.prepare(propose(session.request, session.raw))
    session.start()
    assert session.worker is not None
    assert session.worker.join(60)
    assert session.phase is Phase.FINISHED
    assert session.scan is not None
    opened = session.scan.ledger.state == PortState.OPEN
    assert tuple(session.scan.columns.port[opened].tolist()) == listeners.ports
    assert all(f"{port}/tcp" in summary(session) for port in listeners.ports)


def test_a_new_scan_replaces_the_one_that_runs(listeners: Listeners) -> None:
    session = Session(request(listeners.address, "1-65535", slow=True))
    session.prepare(propose(session.request, session.raw))
    session.start()
    first = session.worker
    assert first is not None
    time.sleep(0.2)
    session.prepare(propose(request(listeners.address, listeners.range), session.raw))
    session.start()
    assert first.phase is Phase.STOPPED
    assert session.worker is not None
    assert session.worker is not first
    assert session.worker.join(60)


def test_a_preview_never_takes_the_place_of_results(listeners: Listeners) -> None:
    session = Session(request(listeners.address, listeners.range))
    proposal = propose(session.request, session.raw)
    assert session.preview(proposal)
    empty = session.scan
    session.prepare(proposal)
    session.start()
    assert session.worker is not None
    assert session.worker.join(60)
    found = session.scan
    assert found is empty, "what was shown is what was started"
    assert found is not None and found.tally.sent
    assert not session.preview(proposal)
    assert session.scan is found


def test_a_failure_is_a_sentence_and_keeps_the_scan() -> None:
    session = Session(request("127.0.0.1", "1-10", technique=Technique.SYN), raw=True, sockets=NoSockets)  # type: ignore[arg-type]
    session.prepare(propose(session.request, True))
    session.start()
    assert session.worker is not None
    assert session.worker.join(60)
    assert session.phase is Phase.FAILED
    assert session.sentence == "The sockets are out."
    assert session.scan is not None
    assert "The sockets are out." in summary(session)


def test_a_typed_yes_allows_public_addresses_but_never_refused_ones() -> None:
    public = propose(request("192.0.2.1", "80"), False)
    assert public.judgement.verdict is GuardVerdict.NEEDS_YES
    assert public.authorized().judgement.verdict is GuardVerdict.ALLOWED
    assert public.authorized().plan.request.authorized
    refused = propose(request("224.0.0.1", "80"), False)
    assert refused.authorized().judgement.verdict is GuardVerdict.REFUSED


def test_there_is_nothing_to_report_before_a_scan() -> None:
    session = Session(request("127.0.0.1", "1-10"))
    assert summary(session) == ""
    with pytest.raises(UsageError, match="no scan to report"):
        write_report(session, "/dev/null.xml")


def test_the_packets_of_a_scan_are_written_as_pcapng(tmp_path: Path) -> None:
    session = Session(request("127.0.0.1", "22,23", technique=Technique.SYN))
    scan = session.scan = made_scan("22,23")
    session.worker = ScanWorker(scan, NoSockets())  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="holds no packet"):
        write_report(session, str(tmp_path / "none.pcapng"))
    assert not list(tmp_path.iterdir())
    capture = capture_syns(scan)
    sent(capture, 0)
    sent(capture, 1)
    received(capture, 0, Origin.TARGET, syn_ack(22), 412)
    path = write_report(session, str(tmp_path / "found.pcapng"))
    assert [bytes(packet) for packet, _ in RawPcapNgReader(str(path))] == [
        bytes(one) for one in (probe(22), probe(23), syn_ack(22))
    ]
