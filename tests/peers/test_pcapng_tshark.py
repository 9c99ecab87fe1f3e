"""The pcapng of a scan, read by tshark and capinfos: nothing malformed, no warning, every packet and comment there."""

import pathlib
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from tests.far_capture import captured_at
from tests.namespaces import Link, inside
from tests.overheard import overheard
from tests.scans import BRISK, carried_out, patient, prepared, until
from tests.target_world import World
from tui_scan.engine.progress import Phase
from tui_scan.engine.scan import Scan
from tui_scan.engine.techniques.payloads import PAYLOADS
from tui_scan.model.packet_form import AS_USUAL, PacketForm
from tui_scan.model.packets import Packet
from tui_scan.model.techniques import TECHNIQUES, Technique
from tui_scan.model.verdict import Verdict
from tui_scan.report.pcapng_scan import write_pcapng
from tui_scan.report.run import Run

PROGRAM = (sys.executable, "-m", "tui_scan", "scan")
QUICK = patient(BRISK, initial_rtt_timeout=60, min_rtt_timeout=60, max_rtt_timeout=120, max_retries=1)
CASES = {
    4: (
        (Technique.SYN, AS_USUAL),
        (Technique.SYN, PacketForm(mtu=8)),
        (Technique.ACK, PacketForm(data_length=1400)),
        (Technique.UDP, AS_USUAL),
        (Technique.SCTP_INIT, AS_USUAL),
        (Technique.IP_PROTOCOL, AS_USUAL),
    ),
    6: (
        (Technique.SYN, AS_USUAL),
        (Technique.ACK, AS_USUAL),
        (Technique.UDP, AS_USUAL),
        (Technique.SCTP_COOKIE_ECHO, AS_USUAL),
    ),
}


def frames(tshark: str, file: pathlib.Path, *fields: str) -> list[list[str]]:
    """Fields of each packet; and nothing in the file is malformed or warned of, but for resets."""
    command = [tshark, "-n", "-r", str(file), "-T", "fields", "-E", "separator=\t", "-E", "occurrence=f"]
    for name in ("_ws.malformed", "_ws.expert.severity", "_ws.expert.message", *fields):
        command += ["-e", name]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=180)
    assert not [line for line in done.stderr.splitlines() if "Running as user" not in line]
    found = [line.split("\t") for line in done.stdout.splitlines()]
    assert not [line for line in found if line[0]]
    return [values for _, _, _, *values in found]


def warnings(tshark: str, file: pathlib.Path) -> str:
    """tshark's expert information from warnings on, without the resets that a scan is about.

    Nor has the QUIC question anything to decrypt.
    """
    command = [tshark, "-n", "-r", str(file), "-q", "-z", "expert,warn"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=180)
    expected = ("Connection reset (RST)", "DNS query retransmission", "Decryption (checktag) failed")
    words = ("Frequency", "====", "Warns (", *expected)
    return "\n".join(line for line in done.stdout.splitlines() if line and not any(word in line for word in words))


@pytest.fixture(scope="module")
def claimed(peer: Callable[[str], str]) -> dict[str, set[int]]:
    """The ports of which tshark expects something, by protocol."""
    done = subprocess.run([peer("tshark"), "-G", "decodes"], capture_output=True, text=True, check=True)
    found: dict[str, set[int]] = {"tcp": set(), "udp": set(), "sctp": set()}
    for line in done.stdout.splitlines():
        protocol, _, rest = line.partition(".port\t")
        if protocol in found:
            found[protocol].add(int(rest.split("\t")[0]))
    return found


def some_ports(world: World, technique: Technique, claimed: dict[str, set[int]], chance: random.Random) -> set[int]:
    """Ports of all kinds; of IP protocols those whose probes have a body.

    No ports of which tshark expects something, as neither data that were asked for nor what the target's programs
    answer is in any format; but of UDP also closed ones for which there are questions.
    """
    if technique is Technique.IP_PROTOCOL:
        return {1, 2, 6, 17, 132}
    protocol = TECHNIQUES[technique].protocol.value
    kinds = world.kinds.get(protocol, {})
    free = sorted(
        {*chance.sample(range(1, 61_000), 10), *(port for port in kinds if port < 61_000)} - claimed[protocol]
    )
    asked = set(PAYLOADS) - set(kinds) if technique is Technique.UDP else set()
    return asked | set(chance.sample(free, min(40, len(free))))


@pytest.mark.parametrize("family", [4, 6])
def test_every_packet_of_every_technique_is_read(
    random_world: World,
    peer: Callable[[str], str],
    claimed: dict[str, set[int]],
    chance: random.Random,
    tmp_path: pathlib.Path,
    family: int,
) -> None:
    """One file, a section each: what stands in it is what the exchanges tell."""
    file, told = tmp_path / "all.pcapng", []
    with file.open("wb") as out:
        for technique, form in CASES[family]:
            ports = some_ports(random_world, technique, claimed, chance)
            with inside(random_world.link.scanner):
                scan = prepared([Link.address[family]], ports, technique, timing=QUICK, packets=form)
                assert carried_out(scan).error is None
            told.append(exchanged(scan))
            assert write_pcapng(Run(scan, f"-s {technique}", Phase.FINISHED), out) == len(told[-1])
    fields = ("frame.section_number", "frame.time_epoch", "frame.len", "frame.cap_len", "frame.comment")
    read = frames(peer("tshark"), file, *fields, "frame.packet_flags_direction", "ip.src", "ipv6.src")
    assert warnings(peer("tshark"), file) == ""
    wanted, own = Counter(line for number, packets in enumerate(told, 1) for line in lines(number, packets)), set()
    for section, at, length, captured, comment, direction, *sources in read:
        begin, _, end = comment.partition(f" on {Link.address[family]} by the ")
        wanted[(int(section), at, int(length), int(captured), begin, end.partition(". ")[2])] -= 1
        own.add((int(direction, 0) == 2, Link.own[family] in sources))
    assert not any(wanted.values()), +wanted
    assert own == {(True, True), (False, False)}
    times = [(int(section), at) for section, at, *_ in read]
    assert times == sorted(times)
    if family == 4:
        capinfos = subprocess.run([peer("capinfos"), "-o", str(file)], capture_output=True, text=True, check=True)
        assert "True" in capinfos.stdout


def test_no_head_of_any_protocol_is_malformed(
    random_world: World, peer: Callable[[str], str], tmp_path: pathlib.Path
) -> None:
    """What stands behind the IPv6 header need not be of a version that tshark knows, but it is whole."""
    file = tmp_path / "protocols.pcapng"
    with inside(random_world.link.scanner):
        scan = prepared([Link.address[6]], range(256), Technique.IP_PROTOCOL, timing=replace(QUICK, max_retries=0))
        assert carried_out(scan).error is None
    with file.open("wb") as out:
        assert write_pcapng(Run(scan, "-sO", Phase.FINISHED), out) >= 256
    protocols = {int(protocol) for protocol, source in frames(peer("tshark"), file, "ipv6.nxt", "ipv6.src") if source}
    assert protocols == {*range(256)}


def exchanged(scan: Scan) -> list[tuple[Verdict, Packet]]:
    """All packets of a scan's exchanges."""
    columns = range(scan.columns.count)
    items = [(scan.verdict(0, column), item) for column in columns for item in scan.exchange(0, column)]
    return [(verdict, item) for verdict, item in items if isinstance(item, Packet)]


def lines(section: int, packets: list[tuple[Verdict, Packet]]) -> Iterator[tuple[object, ...]]:
    """Section, time, lengths, and how the comment begins and ends, as tshark should have them."""
    for verdict, packet in packets:
        seconds, nanoseconds = divmod(packet.time_ns, 1_000_000_000)
        sizes = packet.wire_length, len(packet.data)
        end = f"Verdict: {verdict.state.label} ({verdict.reason.label})."
        yield section, f"{seconds}.{nanoseconds:09}", *sizes, f"{verdict.port}/{verdict.protocol}", end


def test_discovery_traces_and_decoys_are_in_the_file(
    random_world: World, peer: Callable[[str], str], chance: random.Random, tmp_path: pathlib.Path
) -> None:
    """The file has all IP packets that the target's end of the wire saw, and the ARP packets before them."""
    scope, file = tmp_path / "scope.toml", tmp_path / "all.pcapng"
    scope.write_text('own = ["10.99.7.0/24"]\n')
    wire, decoys = random_world.link, ("10.99.7.31", "10.99.7.32")
    wire.at_scanner("ip", "neigh", "flush", "dev", wire.scanner_device)
    kinds = random_world.kinds["tcp"]
    ports = ",".join(str(port) for port in chance.sample([*kinds], 20) if port < 61_000)
    words = ["-n", "-T4", "--scope", str(scope), "-D", f"{decoys[0]},ME,{decoys[1]}", "--max-retries", "0", "-p", ports]
    command = ["ip", "netns", "exec", wire.scanner, *PROGRAM, *words, "--traceroute", "--pcap", str(file)]
    with captured_at(wire.target, wire.target_device) as far:
        subprocess.run([*command, Link.address[4]], capture_output=True, check=True, timeout=180)
    read = frames(peer("tshark"), file, "ip.src", "tcp.dstport", "frame.protocols", "frame.comment")
    there = Counter(frame[14:] for _, _, frame in far.frames if frame[12:14] == b"\x08\x00")
    sources = Counter(values[0] for values in read if "icmp" not in values[2])
    asked = sources[decoys[0]]
    assert asked == sources[decoys[1]] > 10
    assert sum(sources[source] for source in (*decoys, Link.own[4])) >= 3 * asked
    assert sum("arp" in values[2] for values in read) >= 2
    assert sum("decoy" in values[3] for values in read) == 2 * asked
    assert sum(there.values()) >= len([values for values in read if "arp" not in values[2]]) - asked


def test_the_whole_practice_network_is_read(peer: Callable[[str], str], tmp_path: pathlib.Path) -> None:
    """Its hosts' services too answer in the formats of their ports."""
    file = tmp_path / "lab.pcapng"
    words = ["-n", "-T4", "-sSU", "-p", "T:1-99,U:53,67-69,80,123,137,161,443", "--max-wait", "3", "--pcap", str(file)]
    lab = (sys.executable, "-m", "tui_scan", "lab", "--")
    subprocess.run([*lab, *PROGRAM, *words, "10.77.0.0/27"], capture_output=True, check=True, timeout=120)
    told = Counter("udp" in values[0].split(":") for values in frames(peer("tshark"), file, "frame.protocols"))
    assert told[True] > 100 and told[False] > 1000


def test_an_interrupted_scan_leaves_a_whole_file(
    random_world: World, peer: Callable[[str], str], tmp_path: pathlib.Path
) -> None:
    file = tmp_path / "part.pcapng"
    words = ["-Pn", "-n", "--scan-delay", "20ms", "-p", "1-5000", "--pcap", str(file), "-oN", str(tmp_path / "n")]
    command = ["ip", "netns", "exec", random_world.link.scanner, *PROGRAM, *words, Link.address[4]]
    there = random_world.link.target, random_world.link.target_device
    with captured_at(*there) as far, overheard(*there) as probes:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        assert until(lambda: len(probes) > 20)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
        assert until(file.exists)
    read = frames(peer("tshark"), file, "ip.src", "frame.comment")
    arrived = sum(frame[12:14] == b"\x08\x00" for _, _, frame in far.frames)
    assert len(read) > 10
    assert abs(arrived - len(read)) <= 2, "what was under way at the stop"
