"""Each format read back by a reader that knows nothing of the writer."""

import io
import json
import re
from typing import Any

import numpy as np
import pytest
from defusedxml.ElementTree import fromstring

from tests.made_runs import Truth, enter, made_scan, run_of
from tui_scan.engine.progress import Phase
from tui_scan.model.reasons import Reason
from tui_scan.model.states import HostState, PortState
from tui_scan.model.techniques import Protocol, Technique
from tui_scan.report.grepable import write_grepable
from tui_scan.report.json_lines import write_json_lines
from tui_scan.report.normal import write_normal
from tui_scan.report.run import Run
from tui_scan.report.xml import write_xml

A, B = "10.0.0.1", "10.0.0.2"
SHOWN: Truth = {
    (A, Protocol.TCP, 22): (PortState.OPEN, Reason.SYN_ACK),
    (A, Protocol.TCP, 80): (PortState.FILTERED, Reason.ADMIN_PROHIBITED),
    (A, Protocol.UDP, 53): (PortState.OPEN_FILTERED, Reason.NO_RESPONSE),
    (B, Protocol.TCP, 443): (PortState.OPEN, Reason.SYN_ACK),
}
CLOSED: Truth = {(A, Protocol.TCP, port): (PortState.CLOSED, Reason.RESET) for port in range(1000, 1040)}


def the_run(**more: object) -> Run:
    scan = made_scan([A, B], "T:22,80,443,1000-1039,U:53", Technique.SYN, Technique.UDP)
    enter(scan, SHOWN | CLOSED)
    scan.ledger.sender[scan.ledger.cell(0, scan.columns.index(Protocol.TCP, 80))] = "10.0.0.254"
    scan.hosts.names[0] = 'ho"st<&>\x1b[31m\udcff.example'
    return run_of(scan, **more)


def written(run: Run, writer: Any) -> str:
    out = io.StringIO()
    writer(run, out)
    text = out.getvalue()
    text.encode("utf-8")
    return text


def test_xml_tells_every_port() -> None:
    root = fromstring(written(the_run(), write_xml))
    found = {}
    for host in root.iter("host"):
        address = host.find("address").get("addr")
        for port in host.iter("port"):
            state = port.find("state")
            found[(address, port.get("protocol"), int(port.get("portid")))] = (state.get("state"), state.get("reason"))
    expected = {
        (addr, proto.value, port): (state.label, reason.label) for (addr, proto, port), (state, reason) in SHOWN.items()
    }
    assert found == expected
    extra = root.find("host/ports/extraports")
    assert (extra.get("state"), extra.get("count")) == ("closed", "40")
    assert extra.find("extrareasons").get("ports") == "1000-1039"
    assert root.find("host/ports/port[@portid='80']/state").get("reason_ip") == "10.0.0.254"
    assert root.find("host/ports/port[@portid='22']/service").get("name") == "ssh"
    assert root.find("runstats/finished").get("exit") == "success"
    assert root.find("runstats/hosts").attrib == {"up": "2", "down": "0", "total": "2"}
    assert "\x1b" not in root.find("host/hostnames/hostname").get("name")


def test_xml_gives_the_ttl_of_the_answer_that_raised_the_host() -> None:
    """Not that of a later one, nor of a router's error, nor of what gave another reason; 0 where it was not seen."""
    ports = {22: (PortState.CLOSED, Reason.RESET, 128, 300), 23: (PortState.FILTERED, Reason.PORT_UNREACH, 250, 10)}
    ports |= {24: (PortState.CLOSED, Reason.RESET, 64, 200), 25: (PortState.OPEN, Reason.SYN_ACK, 60, 100)}
    scan = made_scan([A, B], "22-25", Technique.SYN)
    for host, raised in ((A, Reason.RESET), (B, Reason.CONN_REFUSED)):
        for port, (state, reason, ttl, rtt) in ports.items():
            cell = np.array([scan.ledger.cell(scan.hosts.index(host), scan.columns.index(Protocol.TCP, port))])
            one = np.ones(1, np.uint8)
            scan.ledger.note_sent(cell, 10)
            scan.ledger.record(cell, one * state, one * reason, one * ttl, np.full(1, rtt, np.uint32))
        scan.hosts.mark(scan.hosts.index(host), HostState.UP, raised)
    root = fromstring(written(run_of(scan), write_xml))
    told = [(status.get("reason"), status.get("reason_ttl")) for status in root.iter("status")]
    assert told == [("reset", "64"), ("conn-refused", "0")]


@pytest.mark.parametrize(
    ("phase", "error"), [(Phase.STOPPED, ""), (Phase.FAILED, "The interface eth0 is “down” <now>.")]
)
def test_xml_of_a_scan_that_broke_off_is_closed_and_says_so(phase: Phase, error: str) -> None:
    root = fromstring(written(the_run(phase=phase, error=error), write_xml))
    finished = root.find("runstats/finished")
    assert finished.get("exit") == "error"
    assert error in finished.get("errormsg")
    assert f"{len(SHOWN | CLOSED):,} of 88 ports have a verdict" in finished.get("errormsg")


def test_normal_output_is_the_table_that_scripts_know() -> None:
    lines = written(the_run(reasons=True), write_normal).splitlines()
    assert re.fullmatch(r"# tui_scan \S+ scan initiated \w{3} \w{3} [ \d]\d [\d:]{8} \d{4} as: .*", lines[0])
    assert "Not shown: 40 closed tcp ports (reset)" in lines
    rows = [line.split(None, 3) for line in lines if re.match(r"\d+/(tcp|udp)", line)]
    assert rows == [
        ["22/tcp", "open", "ssh", "syn-ack ttl 64"],
        ["80/tcp", "filtered", "http", "admin-prohibited from 10.0.0.254 ttl 64"],
        ["53/udp", "open|filtered", "domain", "no-response"],
        ["443/tcp", "open", "https", "syn-ack ttl 64"],
    ]
    assert lines[-1].endswith("-- 2 IP addresses (2 hosts up) scanned in 1.25 seconds")
    assert "\x1b" not in "".join(lines)


def test_without_reasons_the_column_is_missing() -> None:
    text = written(the_run(), write_normal)
    assert "REASON" not in text
    assert re.search(r"^22/tcp +open +ssh$", text, re.MULTILINE)


def test_an_interrupted_run_says_so_in_every_text_format() -> None:
    for writer in (write_normal, write_grepable):
        assert "# Not complete: The scan was stopped before its end. 44 of 88" in written(
            the_run(phase=Phase.STOPPED), writer
        )


def test_grepable_gives_seven_fields_a_port() -> None:
    lines = written(the_run(), write_grepable).splitlines()
    found = {}
    for line in lines:
        match = re.fullmatch(r"Host: (\S+) \(.*\)\tPorts: ([^\t]*)(\tIgnored State: (.*))?", line)
        if match:
            for entry in match[2].split(", "):
                fields = entry.split("/")
                assert len(fields) == 8
                assert fields[7] == ""
                found[(match[1], fields[2], int(fields[0]))] = fields[1]
            if match[1] == A:
                assert match[4] == "closed (40)"
    assert found == {(addr, proto.value, port): state.label for (addr, proto, port), (state, _) in SHOWN.items()}


def test_json_lines_tell_all_and_each_line_stands_alone() -> None:
    run = the_run()

    def tell(host: int, column: int) -> dict[str, Any]:
        return {"exchange": [], "explanation": f"{host}/{column}"}

    objects = [json.loads(line) for line in written(run, lambda r, out: write_json_lines(r, out, tell)).splitlines()]
    assert [o["type"] for o in objects] == ["scan", "host", "port", "port", "port", "host", "port", "end"]
    ports = [o for o in objects if o["type"] == "port"]
    assert {(o["addr"], o["proto"], o["port"]): (o["state"], o["reason"]) for o in ports} == {
        (addr, proto.value, port): (state.label, reason.label) for (addr, proto, port), (state, reason) in SHOWN.items()
    }
    assert ports[0] | {"explanation": ""} == {
        "type": "port",
        "addr": A,
        "proto": "tcp",
        "port": 22,
        "state": "open",
        "reason": "syn-ack",
        "reason_ttl": 64,
        "sender": None,
        "rtt_us": 400,
        "tries": 1,
        "service": "ssh",
        "exchange": [],
        "explanation": "",
    }
    assert objects[1]["extraports"] == [
        {"state": "closed", "reason": "reset", "proto": "tcp", "count": 40, "tries": 1, "ports": "1000-1039"}
    ]
    assert objects[-1]["phase"] == "finished"
