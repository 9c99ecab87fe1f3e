"""The command in this process, with a scanner whose end the test decides."""

import pathlib
from collections.abc import Callable

import numpy as np
import pytest
from defusedxml.ElementTree import parse
from scapy.utils import RawPcapNgReader

from tui_scan.cli.scan_early import main
from tui_scan.engine import worker
from tui_scan.engine.control import ScanStopped
from tui_scan.engine.discovery import naming
from tui_scan.engine.scan import Scan
from tui_scan.model.errors import LocalError, PrivilegeError, RefusedError
from tui_scan.model.reasons import Reason
from tui_scan.model.states import HostState, PortState

Play = Callable[[type[Exception] | Exception | None], list[Scan]]


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Play:
    """Replace the scanner: it finds the first port of the first host open, and then ends as it is told."""

    def prepare(end: type[Exception] | Exception | None) -> list[Scan]:
        begun: list[Scan] = []

        class Played:
            def __init__(self, scan: Scan, *_: object) -> None:
                self.scan = scan

            def run(self) -> None:
                begun.append(self.scan)
                one = np.ones(1, np.uint8)
                self.scan.ledger.note_sent(np.zeros(1, np.int64), 0)
                self.scan.ledger.record(np.zeros(1, np.int64), one * PortState.OPEN, one * Reason.SYN_ACK)
                self.scan.hosts.mark(0, HostState.UP, Reason.SYN_ACK)
                if end is not None:
                    raise end

        monkeypatch.setattr(worker, "Scanner", Played)
        return begun

    return prepare


def test_a_scan_that_fails_keeps_what_it_found(
    play: Play, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    play(LocalError("The interface eth7 went down."))
    report = tmp_path / "x.xml"
    assert main(["-sT", "-n", "-p", "22,80", "10.0.0.1", "-oX", str(report)]) == 1
    said = capsys.readouterr()
    assert said.err.count("The interface eth7 went down.") == 1
    assert "22/tcp open" in said.out
    finished = parse(report).find("runstats/finished")
    assert finished.get("exit") == "error"
    assert "eth7 went down. 1 of 2 ports have a verdict." in finished.get("errormsg")


def test_a_mistake_of_the_program_is_told_and_keeps_what_it_found(
    play: Play, capsys: pytest.CaptureFixture[str]
) -> None:
    play(ZeroDivisionError("division by zero"))
    assert main(["-sT", "-n", "-p", "22,80", "10.0.0.1"]) == 1
    said = capsys.readouterr()
    assert "ZeroDivisionError" in said.err
    assert "Traceback" not in said.err
    assert "22/tcp open" in said.out


def test_a_stopped_scan_is_130(play: Play, capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path) -> None:
    play(ScanStopped())
    assert main(["-sT", "-n", "-p", "22,80", "10.0.0.1"]) == 130
    told = capsys.readouterr()
    assert "# Not complete" in told.out
    assert "With -oJ FILE, a scan that was stopped can go on later" in told.err
    assert main(["-sT", "-n", "-p", "22,80", "10.0.0.1", "-oJ", str(tmp_path / "a.jsonl")]) == 130
    assert f"tui-scan scan --resume {tmp_path / 'a.jsonl'}" in capsys.readouterr().err


@pytest.mark.parametrize("line", ["8.8.8.8", "10.0.0.1 224.0.0.1", "255.255.255.255", "10.0.0.1 -oX /missing/x"])
def test_where_the_scan_may_not_begin_nothing_is_begun(play: Play, line: str) -> None:
    begun = play(None)
    with pytest.raises(LocalError if "-oX" in line else RefusedError):
        main(["-sT", "-n", "-p", "22", *line.split()])
    assert begun == []


@pytest.mark.parametrize(
    ("option", "asked"),
    [("", {"127.0.0.1"}), ("-n", None), ("-R", {"127.0.0.1", "127.0.0.2", "127.0.0.3"})],
)
def test_whose_names_are_looked_up(
    play: Play,
    option: str,
    asked: set[str] | None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    play(None)
    seen: list[set[str]] = []

    def names_of(addresses: list[str], *_: object) -> dict[str, str]:
        seen.append(set(addresses))
        return {"127.0.0.1": "first.example"}

    monkeypatch.setattr(naming, "names_of", names_of)
    main(["-sT", "-p", "22", "127.0.0.1-3", *option.split()])
    assert seen == ([] if asked is None else [asked])
    heading = "Scan report for 127.0.0.1" if asked is None else "Scan report for first.example (127.0.0.1)"
    assert heading in capsys.readouterr().out.splitlines()


def test_a_name_that_was_typed_stays(play: Play, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    play(None)
    monkeypatch.setattr(naming, "names_of", lambda addresses, *_: dict.fromkeys(addresses, "other.example"))
    report = tmp_path / "x.xml"
    main(["-sT", "-p", "22", "localhost", "-oX", str(report)])
    name = parse(report).find("host/hostnames/hostname")
    assert (name.get("name"), name.get("type")) == ("localhost", "user")


def test_without_raw_sockets_no_packet_can_be_written(
    play: Play, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That is said before anything is sent or any file touched."""
    monkeypatch.setattr("tui_scan.privilege.sockets.can_raw", lambda: False)
    begun, old = play(None), tmp_path / "old.xml"
    old.write_text("last week's scan")
    with pytest.raises(PrivilegeError, match="Run it with sudo, or leave --pcap out"):
        main(["-n", "-p", "22", "10.0.0.1", "--pcap", str(tmp_path / "x.pcapng"), "-oX", str(old)])
    assert begun == []
    assert [file.name for file in tmp_path.iterdir()] == ["old.xml"]
    assert old.read_text() == "last week's scan"


def test_a_scan_of_no_packets_says_so_and_leaves_a_whole_file(
    play: Play, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tui_scan.privilege.sockets.can_raw", lambda: True)
    play(None)
    file = tmp_path / "x.pcapng"
    assert main(["-sT", "-Pn", "-n", "-p", "22", "10.0.0.1", "--pcap", str(file)]) == 0
    said = capsys.readouterr()
    assert "holds no packet" in said.err
    assert "22/tcp open" in said.out
    assert list(RawPcapNgReader(str(file))) == []
