"""What a host of the lab tells of a probe is what tshark captures there, and what its programs truly noticed."""

import contextlib
import json
import os
import pathlib
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from tests.stepped import Told, steps
from tui_scan.lab.running import RunningLab, running
from tui_scan.lab.watching_channel import Watch, name_of
from tui_scan.model.other_side import Sight, Watched
from tui_scan.model.records import from_record
from tui_scan.model.techniques import Protocol, Technique

LINUX, FIREWALL, BSD, INNER = "10.77.0.2", "10.77.0.3", "10.77.0.6", "10.77.1.2"
HOSTS = {LINUX: "linux.lab", "fd77::2": "linux.lab", FIREWALL: "firewall.lab", BSD: "bsd.lab", INNER: "inner.lab"}
_FILE_HEADER, _RECORD_HEADER, _LINK_HEADER = 24, 16, 14
_BY_OTHERS = (Technique.CONNECT, Technique.IDLE, Technique.BOUNCE)
"""Whose packets are not the scanner's own."""
_CLOSE_NS = 1_000_000
"""Two sockets that capture the same packet have its time from the same place, to a moment."""


@contextlib.contextmanager
def captured(lab: RunningLab, tshark: str, files: dict[str, pathlib.Path]) -> Iterator[None]:
    """Meanwhile tshark captures at the links of some hosts."""
    with contextlib.ExitStack() as stack:
        running = []
        for host, file in files.items():
            command = lab.command([tshark, "-i", "eth0", "-q", "-F", "pcap", "-w", str(file)], host)
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            stack.callback(process.wait, 20)
            stack.callback(process.terminate)
            running.append(process)
        end = time.monotonic() + 60
        while not all(file.exists() and file.stat().st_size for file in files.values()):
            assert time.monotonic() < end and not any(process.poll() for process in running), "tshark does not start"
            time.sleep(0.05)
        yield
        time.sleep(0.5)


def read(tshark: str, file: pathlib.Path) -> list[tuple[int, str]]:
    """The packets that tshark reads as what hosts say to each other: times in nanoseconds, bytes above the link."""
    data, frames, at = file.read_bytes(), [], _FILE_HEADER
    while at < len(data):
        seconds, microseconds, length, _ = struct.unpack_from("=IIII", data, at)
        at += _RECORD_HEADER
        frames.append((seconds * 1_000_000_000 + microseconds * 1000, data[at + _LINK_HEADER : at + length].hex()))
        at += length
    asked = "(ip or ipv6) and not icmpv6.type in {133..136} and not icmpv6.type == 143"
    command = [tshark, "-n", "-r", str(file), "-Y", asked, "-T", "fields", "-e", "frame.number"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=180)
    return [frames[int(number) - 1] for number in done.stdout.split()]


class Case(NamedTuple):
    """One probe; ``words`` are said of what the target saw."""

    address: str
    port: int
    technique: Technique
    words: str = ""


CASES = (
    Case(LINUX, 22, Technique.SYN, "quieter than connect()"),
    Case(LINUX, 443, Technique.CONNECT, "louder than a SYN scan"),
    Case("fd77::2", 22, Technique.CONNECT, "louder than a SYN scan"),
    Case(LINUX, 1, Technique.SYN, "answered with the RST by itself"),
    Case(LINUX, 80, Technique.NULL, "nothing went back"),
    Case(LINUX, 53, Technique.UDP, "read a datagram"),
    Case(FIREWALL, 24, Technique.SYN, "nothing went back"),
    Case(FIREWALL, 26, Technique.SYN, "or its firewall did"),
    Case(LINUX, 47, Technique.IP_PROTOCOL, "or its firewall did"),
    Case(BSD, 2905, Technique.SCTP_INIT, "answer for the probe: open"),
    Case(BSD, 111, Technique.SYN, "answer for the probe: drop"),
    Case(INNER, 8001, Technique.SYN, "something on the way kept it"),
    Case(LINUX, 25, Technique.IDLE),
    Case(LINUX, 25, Technique.BOUNCE, "from 10.77.0.8"),
)


class Run(NamedTuple):
    """What step mode told of the cases, and tshark's captures by host."""

    told: dict[Case, Told]
    captures: dict[str, list[tuple[int, str]]]


@pytest.fixture(scope="module")
def own_lab(namespaces: None) -> Iterator[RunningLab]:
    """A practice network of its own: what is probed here leaves connections behind that others would see."""
    with running() as made:
        yield made


@pytest.fixture(scope="module")
def probed(own_lab: RunningLab, peer: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Run:
    """All cases in one run, while tshark captures at every target."""
    made, tshark = tmp_path_factory.mktemp("captures"), peer("tshark")
    files = {host: made / f"{host}.pcap" for host in dict.fromkeys(HOSTS[case.address] for case in CASES)}
    with captured(own_lab, tshark, files):
        told = steps(own_lab, [case[:3] for case in CASES])
    return Run(dict(zip(CASES, told, strict=True)), {host: read(tshark, file) for host, file in files.items()})


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.technique}-{case.address}-{case.port}")
def test_a_sight_is_what_tshark_captures_at_the_target(probed: Run, case: Case) -> None:
    told = probed.told[case]
    sight = told.sight
    assert sight is not None and sight.host == HOSTS[case.address] and sight.complete
    theirs = [item for item in probed.captures[sight.host] if sight.began_ns <= item[0] <= sight.ended_ns]
    ours = [(seen.time_ns, seen.hexadecimal) for seen in sight.packets]
    assert [data for _, data in ours] == [data for _, data in theirs]
    assert all(abs(one - other) < _CLOSE_NS for (one, _), (other, _) in zip(ours, theirs, strict=True)), (ours, theirs)
    assert bool(ours) == (case.port != 8001), "the router keeps what is for 8001, all else arrives"
    _same_packets_at_both_ends(told, case.technique)
    assert any(case.words in sentence for sentence in told.sentences), told.sentences


def _same_packets_at_both_ends(told: Told, technique: Technique) -> None:
    """On one wire, what left one end is what came to the other; behind a router or by a third party it differs."""
    if told.sight is None or told.sight.host == "inner.lab" or technique in _BY_OTHERS:
        return
    assert told.upcoming == told.sent and told.sent_before == 0
    came = [seen.hexadecimal for seen in told.sight.packets if not seen.sent]
    left = [seen.hexadecimal for seen in told.sight.packets if seen.sent]
    assert set(told.sent) <= set(came)
    assert left == list(told.received)


def test_programs_notice_connect_and_do_not_notice_syn(probed: Run) -> None:
    """The tutorial's experiment; the listener's own record and the kernel's counters have it."""
    quiet, loud = (probed.told[case] for case in CASES[:2])
    assert quiet.sight is not None and loud.sight is not None
    assert (quiet.state, loud.state) == ("open", "open")
    assert quiet.sight.noticed == ()
    accepted, *later = loud.sight.noticed
    assert (accepted.call, accepted.port, accepted.peer.rpartition(":")[0]) == ("accept()", 443, "10.77.0.1")
    assert all(call.call == "recv()" for call in later)
    assert {one.name: one.by for one in quiet.sight.counted}.get("TcpExt EmbryonicRsts") == 1
    assert "Tcp PassiveOpens" not in {one.name for one in quiet.sight.counted}
    assert {one.name: one.by for one in loud.sight.counted}.get("Tcp PassiveOpens") == 1
    assert not any("quieter" in sentence for sentence in loud.sentences)
    bounced = probed.told[CASES[-1]]
    assert not any("louder" in sentence for sentence in bounced.sentences), "the address is the FTP server's"


def test_a_program_notices_datagrams_and_their_sizes(probed: Run) -> None:
    told = probed.told[CASES[5]]
    assert told.sight is not None
    assert [one.size for one in told.sight.noticed] == [len(sent) // 2 - 28 for sent in told.sent]


def test_what_is_simulated_has_no_kernel_and_no_programs(probed: Run) -> None:
    told = [one for one in probed.told.values() if one.sight is not None and one.sight.kind == "simulated"]
    assert told
    for one in told:
        assert one.sight is not None
        assert not (one.sight.sockets or one.sight.counted or one.sight.noticed)
        assert any("is simulated: no kernel" in sentence for sentence in one.sentences)
        assert not any("noticed" in sentence for sentence in one.sentences)


def test_a_connection_that_stays_is_in_the_targets_table(own_lab: RunningLab) -> None:
    """Asked for by the host of its own kernel, and the same as ss says of the host."""
    code = (
        "import json,socket,sys,time\n"
        "from tui_scan.lab.watching_channel import Watch\n"
        "from tui_scan.model.other_side import Watched\n"
        "from tui_scan.model.records import as_record\n"
        "from tui_scan.model.techniques import Protocol, Technique\n"
        f"watch = Watch.begin('{LINUX}', Watched(Protocol.TCP, 3306, Technique.CONNECT))\n"
        f"made = socket.create_connection(('{LINUX}', 3306))\n"
        "sight = watch.finish()\n"
        "print(json.dumps([made.getsockname()[1], as_record(sight)]), flush=True)\n"
        "sys.stdin.read()\n"
    )
    command = own_lab.command([sys.executable, "-c", code])
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port, record = json.loads(process.stdout.readline())
        listed = own_lab.run(["ss", "-tnH", "state", "established", "sport = :3306"], "linux.lab").stdout
        process.communicate("")
    sight: Sight = from_record(Sight, record)
    ends = [(one.state, one.local, one.remote) for one in sight.sockets]
    assert ends == [("ESTABLISHED", f"{LINUX}:3306", f"10.77.0.1:{port}")]
    assert f"{LINUX}:3306" in listed and f"10.77.0.1:{port}" in listed


def test_nobody_answers_outside_a_lab() -> None:
    assert Watch.begin(LINUX, Watched(Protocol.TCP, 22, Technique.SYN)) is None


def test_another_users_listener_is_no_host_of_a_lab() -> None:
    """Outside a lab anybody may take the name; only one of another user can be told, so that is tried."""
    if os.geteuid() != 0:
        pytest.skip("listening as another user needs root")
    ready, theirs = socket.socketpair()
    child = os.fork()
    if child == 0:
        ready.close()
        os.setuid(65534)
        with socket.socket(socket.AF_UNIX) as channel:
            channel.bind(name_of("192.0.2.1"))
            channel.listen()
            theirs.send(b"!")
            theirs.recv(1)
        os._exit(0)
    theirs.close()
    try:
        assert ready.recv(1)
        os.seteuid(65533)
        assert Watch.begin("192.0.2.1", Watched(Protocol.TCP, 22, Technique.SYN)) is None
    finally:
        os.seteuid(0)
        ready.close()
        os.waitpid(child, 0)
