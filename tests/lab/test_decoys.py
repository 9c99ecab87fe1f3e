"""Decoys and other sources: what arrives at the target, and where third parties may take part at all."""

import json
import random
import re
import socket
import struct
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from tests.namespaces import Link, inside, link
from tests.third_party import PROGRAM, scan_in
from tui_scan.engine.wire.sources import give_sources
from tui_scan.lab.running import RunningLab
from tui_scan.lab.simulated.frames import checksum

DECOYS = ("10.99.7.31", "10.99.7.32", "10.99.7.33")
ROOT = Path(__file__).parents[2]


class Arrived(NamedTuple):
    """A SYN as it came."""

    source: str
    port: int
    whole: bool


def heard(made: Link, *words: str) -> tuple[subprocess.CompletedProcess[str], list[Arrived]]:
    """A scan of the link's target, and the SYNs that arrived there, in their order."""
    with inside(made.target):
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
    with sock:
        sock.bind((made.target_device, 0x0800))
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 << 20)
        command = ["ip", "netns", "exec", made.scanner, *PROGRAM, "-Pn", "-n", *words, Link.address[4]]
        done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False, cwd=ROOT)
        sock.setblocking(False)
        found: list[Arrived] = []
        while True:
            try:
                data, origin = sock.recvfrom(2048)
            except BlockingIOError:
                return done, found
            at = 4 * (data[0] & 15)
            if origin[2] == socket.PACKET_HOST and data[9] == 6 and data[at + 13] & 0x12 == 0x02:
                pseudo = data[12:20] + struct.pack(">HH", 6, len(data) - at)
                whole = not checksum(data[:at]) and not checksum(pseudo + data[at:])
                found.append(Arrived(socket.inet_ntoa(data[12:16]), struct.unpack_from(">H", data, at + 2)[0], whole))


@pytest.fixture
def scope(tmp_path: Path) -> str:
    """A scope file of the link's network."""
    file = tmp_path / "scope.toml"
    file.write_text('own = ["10.99.7.0/24"]\n')
    return str(file)


def orders(found: list[Arrived]) -> dict[int, list[str]]:
    """The sources of the SYNs to each port, in their order."""
    by_port: dict[int, list[str]] = defaultdict(list)
    for one in found:
        by_port[one.port].append(one.source)
    return by_port


def test_every_probe_comes_from_every_decoy_in_a_drawn_order(own_namespaces: None, scope: str) -> None:
    with link() as made:
        done, found = heard(made, "-sS", "-p", "1-20", "-D", ",".join(DECOYS), "--scope", scope, "-oJ", "-")
    assert done.returncode == 0, done.stderr
    assert all(decoy in done.stderr for decoy in DECOYS)
    assert all(one.whole for one in found)
    by_port = orders(found)
    assert set(by_port) == set(range(1, 21))
    everybody = Counter({Link.own[4]: 1, **dict.fromkeys(DECOYS, 1)})
    assert all(Counter(sources) == everybody for sources in by_port.values())
    assert len({sources.index(Link.own[4]) for sources in by_port.values()}) > 1
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    (first, *_) = (line for line in lines if line["type"] == "port")
    assert first["state"] == "closed"
    sent = [step for step in first["exchange"] if step["origin"] == "scanner"]
    assert [step["sender"] for step in sent] == [Link.own[4]]
    assert "3 copies left beside it" in sent[0]["note"]


def test_the_own_place_is_where_it_was_typed(own_namespaces: None, scope: str) -> None:
    """And --packet-trace tells what left in each name."""
    asked = f"{DECOYS[0]},ME,{DECOYS[1]}"
    with link() as made:
        done, found = heard(made, "-sS", "-p", "1-20", "-D", asked, "--scope", scope, "--packet-trace")
    assert done.returncode == 0, done.stderr
    assert all(sources == [DECOYS[0], Link.own[4], DECOYS[1]] for sources in orders(found).values())
    told = re.findall(rf"SENT \(\S+\) TCP (\S+):\d+ > {re.escape(Link.address[4])}:(\d+) SYN", done.stderr)
    assert Counter((source, int(port)) for source, port in told) == Counter((one.source, one.port) for one in found)


def test_answers_to_decoys_never_count(lab: RunningLab) -> None:
    done = scan_in(lab, "-sS", "-p", "22,24", "-D", "bsd.lab,RND:2", "--reason", "10.77.0.2")
    assert done.returncode == 0, done.stderr
    assert "22/tcp open" in done.stdout and "24/tcp closed" in done.stdout


def test_the_lab_lends_no_addresses_but_its_own(lab: RunningLab, chance: random.Random) -> None:
    """A third party that the lab's link does not lead to is refused there as it is outside."""
    four, six = f"192.0.2.{chance.randrange(1, 255)}", f"2001:db8::{chance.randrange(1, 9999):x}"
    four_words = (["-D", f"bsd.lab,{four}", "10.77.0.2"], ["-sI", four, "10.77.0.2"])
    for address, words in (*((four, words) for words in four_words), (six, ["-6", "-D", six, "fd77::2"])):
        done = scan_in(lab, "-p", "22", *words)
        assert done.returncode == 3 and address in done.stderr and not done.stdout, (address, done.stderr)
    for words in (["-D", "10.77.1.9", "10.77.0.2"], ["-6", "-D", f"fd77::{chance.randrange(600, 9999):x}", "fd77::2"]):
        done = scan_in(lab, "-p", "22", *words)
        assert done.returncode == 0 and "22/tcp open" in done.stdout, done.stderr


def test_packets_leave_from_another_source(own_namespaces: None, scope: str) -> None:
    words = ("-sS", "-p", "1-5", "-T5", "-S", DECOYS[0], "--scope", scope)
    with link() as made:
        done, found = heard(made, *words, "-e", made.scanner_device)
        assert done.returncode == 0, done.stderr
        assert {one.source for one in found} == {DECOYS[0]}
        assert all(one.whole for one in found)
        refused, nothing = heard(made, *words)
        assert refused.returncode == 3 and "-e" in refused.stderr and not nothing
        own, mine = heard(made, "-sS", "-p", "1-5", "-S", Link.own[4])
        assert own.returncode == 0, own.stderr
        assert {one.source for one in mine} == {Link.own[4]}


@pytest.mark.parametrize("option", ["-D", "-sI", "-b"])
def test_nothing_leaves_where_it_is_not_the_persons_own(own_namespaces: None, option: str, tmp_path: Path) -> None:
    """Neither without a scope file, nor where it holds the target alone, nor the third party alone."""
    with link() as made:
        for own in ([], [f"{Link.address[4]}/32"], [f"{DECOYS[0]}/32"]):
            file = tmp_path / "scope.toml"
            file.write_text(f"own = {json.dumps(own)}\n")
            done, found = heard(made, "-p", "1-5", option, DECOYS[0], "--scope", str(file))
            assert done.returncode == 3, done.stderr
            assert "scope file" in done.stderr and "tui-scan lab" in done.stderr
            assert not found


def test_decoys_and_targets_on_loopback_are_nobody_elses(own_namespaces: None) -> None:
    with link() as made:
        command = ["ip", "netns", "exec", made.scanner, *PROGRAM, "-sS", "-Pn", "-n", "-p", "9", "-D", "127.0.0.9"]
        done = subprocess.run(
            [*command, "127.0.0.1"], capture_output=True, text=True, timeout=180, check=False, cwd=ROOT
        )
    assert done.returncode == 0, done.stderr
    assert "9/tcp closed" in done.stdout


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("-sT", "-D", "127.0.0.2"), 2),
        (("-D", "ME"), 2),
        (("-D", "RND:3"), 3),
        (("-S", "nobody"), 2),
        (("-sI", "127.0.0.1", "-D", "127.0.0.2"), 2),
        (("-sI", "127.0.0.1", "-b", "127.0.0.1"), 2),
        (("-sI", "127.0.0.1", "-sS"), 2),
        (("-b", "127.0.0.1", "--scanflags", "SYN"), 2),
        (("-D", "127.0.0.2", "--scope", "/nowhere/scope.toml"), 2),
    ],
)
def test_what_does_not_go_together_is_a_sentence(words: tuple[str, ...], status: int) -> None:
    command = [sys.executable, "-m", "tui_scan", "scan", *words, "-p", "9", "127.0.0.1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False, cwd=ROOT)
    assert done.returncode == status, done.stderr
    assert done.stderr.startswith("tui-scan: ") and "Traceback" not in done.stderr
    assert not done.stdout


def test_checksums_follow_the_source_in_fragments_too(chance: random.Random) -> None:
    """By scapy's own building and cutting."""
    from scapy.layers.inet import IP, TCP, UDP, fragment

    for body in (TCP(sport=1, dport=2, flags="S"), UDP(sport=1, dport=2)):
        payload = chance.randbytes(40)
        old, new = (".".join(str(chance.randrange(1, 255)) for _ in range(4)) for _ in range(2))
        pieces = [bytes(piece) for piece in fragment(IP(src=old, dst="10.0.0.2") / body / payload, 8)]
        wanted = [bytes(piece) for piece in fragment(IP(src=new, dst="10.0.0.2") / body / payload, 8)]
        for piece, right in zip(pieces, wanted, strict=True):
            rows = np.frombuffer(piece, np.uint8)[None, :].copy()
            give_sources(rows, 4, np.frombuffer(socket.inet_aton(new), np.uint8)[None, :])
            assert rows.tobytes() == right
