"""The idle scan by zombies of every kind: the lab's truth, nmap's view by the same zombie, and who is refused."""

import json
import random
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from scapy.layers.inet import IP, TCP
from scapy.utils import rdpcap

from tests.scans import differences
from tests.third_party import nmap_sees, scan_in, seen_in
from tui_scan.engine.techniques.idle import Counting, counting
from tui_scan.lab.identifications import Identifications, Numbering
from tui_scan.lab.port_ranges import parse_ports
from tui_scan.lab.running import RunningLab, running
from tui_scan.model.techniques import Protocol, Technique

ZOMBIES = {Identifications.COUNTER: (1, False), Identifications.TWO: (2, False), Identifications.SWAPPED: (1, True)}
OTHERS = {
    Identifications.DESTINATION: "for each destination by itself",
    Identifications.ZERO: "are all 0",
    Identifications.RANDOM: "in no order",
}
TARGET = "10.79.0.2"


@pytest.fixture(scope="module")
def zoo(namespaces: None, seed: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """A lab with a target whose open ports were drawn by lot, and a host of each way to count."""
    opened = random.Random(f"zoo{seed}").sample(range(1, 65536), 5)
    lines = [
        '[scanner]\naddresses = ["10.79.0.1/24"]\n[[host]]\nname = "target"\nkind = "real"',
        f'addresses = ["{TARGET}/24"]\ntcp = {{ open = "{",".join(map(str, opened))}" }}',
    ]
    for number, way in enumerate(Identifications, 3):
        lines.append(f'[[host]]\nname = "{way}"\nkind = "simulated"\naddresses = ["10.79.0.{number}/24"]')
        lines.append(f'identifications = "{way}"\nlatency_ms = 2\njitter_ms = 3')
    file = tmp_path_factory.mktemp("zoo") / "zoo.toml"
    file.write_text("\n".join(lines))
    with running(file) as made:
        yield made


@pytest.mark.parametrize("way", ZOMBIES)
def test_every_zombie_that_counts_tells_the_truth(zoo: RunningLab, way: Identifications, chance: random.Random) -> None:
    host = zoo.topology.host("target")
    ports = {*host.service(Protocol.TCP).open, *chance.sample(range(1, 65536), 30)}
    found = seen_in(zoo, ports, "-sI", way, TARGET)[TARGET]
    truth = {port: host.seen_by(Technique.IDLE, port, 4) for port in ports}
    assert not differences(found, truth)


@pytest.mark.parametrize(("way", "words"), OTHERS.items())
def test_a_host_that_does_not_count_is_refused(zoo: RunningLab, way: Identifications, words: str) -> None:
    done = scan_in(zoo, "-sI", way, "-p", "80", TARGET)
    assert done.returncode == 3
    assert words in done.stderr and "zombie" in done.stderr
    assert "No verdict: 1 of 1" in done.stdout


def test_a_host_that_does_not_answer_is_refused(zoo: RunningLab) -> None:
    done = scan_in(zoo, "-sI", "10.79.0.99", "-p", "80", TARGET)
    assert done.returncode == 3
    assert "answered 0 of 6" in done.stderr


@pytest.mark.parametrize("target", ["linux.lab", "firewall.lab"])
def test_the_practice_networks_zombie_beside_nmap(
    lab: RunningLab, peer: Callable[[str], str], target: str, chance: random.Random
) -> None:
    host = lab.topology.host(target)
    address = str(host.addresses[0].ip)
    ports = {*chance.sample(host.named_ports(Protocol.TCP), 5), *chance.sample(range(1, 65536), 8)}
    found = seen_in(lab, ports, "-sI", "zombie.lab", address)[address]
    assert not differences(found, {port: host.seen_by(Technique.IDLE, port, 4) for port in ports})
    seen = nmap_sees(lab, peer("nmap"), ports, "-sI", "10.77.0.7", address)
    assert {port: state for port, (state, _) in found.items()} == seen


def test_the_target_hears_from_the_zombie_alone_and_the_exchange_says_so(lab: RunningLab) -> None:
    done = scan_in(lab, "-sI", "zombie.lab", "-p", "22", "-oJ", "-", "10.77.0.2")
    assert "in the name of the zombie 10.77.0.7" in done.stdout
    assert "RFC 6864" in done.stdout
    said = scan_in(lab, "-6", "-sI", "zombie.lab", "-p", "22", "fd77::2")
    assert said.returncode == 2
    assert "IPv6" in said.stderr


def test_the_file_has_the_packets_by_which_the_zombie_was_examined(zoo: RunningLab, tmp_path: Path) -> None:
    """Six looks, then answers in the target's name between two more; each reset counts one up."""
    file, zombie = tmp_path / "idle.pcapng", "10.79.0.3"
    assert zombie == str(zoo.topology.host(Identifications.COUNTER).addresses[0].ip)
    done = scan_in(zoo, "-sI", zombie, "-p", "1", "--pcap", str(file), TARGET)
    assert done.returncode == 0, done.stderr
    packets = [packet[IP] for packet in rdpcap(str(file)) if IP in packet]
    asked = [packet.src for packet in packets if packet[TCP].flags == "SA" and packet.dst == zombie]
    assert asked[: 6 + 1 + 4 + 1] == 7 * ["10.79.0.1"] + 4 * [TARGET] + ["10.79.0.1"]
    told = [packet.id for packet in packets if packet.src == zombie and packet[TCP].flags.R]
    assert [after - before & 0xFFFF for before, after in pairwise(told[:8])] == 6 * [1] + [5]


@pytest.mark.parametrize("way", Identifications)
def test_counting_is_told_from_a_few_packets(way: Identifications, chance: random.Random) -> None:
    numbering = Numbering(way, chance)
    numbers = [numbering.next(b"us") for _ in range(6)]
    told = counting(numbers)
    if way is Identifications.DESTINATION:
        assert told == Counting(1, False)  # only packets to others show that
    elif way is not Identifications.RANDOM:
        assert told == (Counting(*ZOMBIES[way]) if way in ZOMBIES else None), numbers
    if way in ZOMBIES:
        assert told is not None and told.between(numbers[0], numbers[5]) == 5


def test_a_host_that_had_its_time_keeps_what_was_found(zoo: RunningLab) -> None:
    host = zoo.topology.host("target")
    words = ("-sI", "counter", "-p", "1-2000", "--host-timeout", "1500ms", "-oJ", "-", TARGET)
    done = scan_in(zoo, *words)
    assert "host time-out of 1.5 s" in done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    told = {line["port"]: line["state"] for line in lines if line["type"] == "port"}
    extras = [extra for line in lines for extra in line.get("extraports", ())]
    told |= {port: extra["state"] for extra in extras for port in parse_ports(extra["ports"])}
    told = {port: state for port, state in told.items() if state != "untried"}
    assert 0 < len(told) < 2000
    opened = set(host.service(Protocol.TCP).open)
    assert all((state == "open") == (port in opened) for port, state in told.items())


def test_packets_keep_to_the_rate(zoo: RunningLab) -> None:
    """Six looks, four owed resets between two more, and twice five ports between two."""
    began = time.monotonic()
    assert scan_in(zoo, "-sI", "counter", "-p", "1-5", "--max-rate", "10", TARGET).returncode == 0
    assert time.monotonic() - began > (6 + 6 + 2 * 7 - 1) / 10
