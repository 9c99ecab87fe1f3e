"""Every technique's probes, read by scapy: headers, and the lengths and checksums that scapy computes itself."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scapy.compat import raw
from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.sctp import SCTP
from scapy.packet import Packet
from scapy.utils import checksum

from tests.engine_playbook import SOURCE, TARGET, hosts_of, wire
from tui_scan.engine.columns import Columns
from tui_scan.engine.probes import SOURCES, TRIES, ProbeKeys
from tui_scan.engine.techniques import registry
from tui_scan.engine.techniques.matching import Matcher
from tui_scan.engine.techniques.payloads import PAYLOADS
from tui_scan.engine.techniques.protocol_bodies import BODIES
from tui_scan.engine.wire.checksum import finish, word_sums
from tui_scan.engine.wire.parse import parse
from tui_scan.model.request import ScanRequest
from tui_scan.model.techniques import TECHNIQUES, Protocol, Technique

BY_PACKETS = [technique for technique in registry.FILES if registry.writes_packets(technique)]
COMPUTED = ("chksum", "len", "plen", "dataofs")
WIDTH = 1500
FAMILY, SEED = st.sampled_from([4, 6]), st.integers(0, 2**32 - 1)
LAYERS = {Protocol.TCP: TCP, Protocol.UDP: UDP, Protocol.SCTP: SCTP}


def recomputed(packet: Packet) -> bytes:
    """The packet once more, all that can be computed computed by scapy."""
    again = packet.copy()
    layer: Packet | None = again
    while layer:
        for name in COMPUTED:
            if name in layer.fields:
                delattr(layer, name)
        layer = layer.payload
    return bytes(raw(again))


def ports_of(technique: Technique, rng: np.random.Generator) -> tuple[int, ...]:
    """Some ports at random, the edges, and where payloads are sent all that have one."""
    if TECHNIQUES[technique].protocol is Protocol.IP:
        return tuple(range(256))
    known = tuple(PAYLOADS) if technique is Technique.UDP else ()
    return tuple(sorted({1, 255, 256, 65535, *known, *rng.integers(1, 65536, 20).tolist()}))


def sources_of(technique: Technique) -> int:
    """From how many ports a try leaves."""
    return SOURCES if technique is Technique.UDP else 1


@pytest.mark.parametrize("technique", BY_PACKETS)
@settings(max_examples=8)
@given(family=FAMILY, seed=SEED, tries=st.integers(1, TRIES))
def test_probes_are_what_scapy_would_write(technique: Technique, family: int, seed: int, tries: int) -> None:
    rng = np.random.default_rng(seed)
    ports = ports_of(technique, rng)
    hosts, columns = hosts_of(TARGET[family]), Columns([(technique, ports)])
    keys = ProbeKeys(int(rng.integers(1 << 63)), 61_000)
    matcher = Matcher(hosts, columns, keys, wire(SOURCE[family]))
    cells = rng.permutation(len(ports))
    seen: list[int] = []
    numbers: set[int] = set()
    for at, packets in registry.probes(technique, matcher, ScanRequest()).build(cells, tries):
        for position, row in zip(at.tolist(), packets, strict=True):
            port = ports[cells[position]]
            seen.append(port)
            packet = (IP if family == 4 else IPv6)(row.tobytes())
            assert (packet.src, packet.dst) == (SOURCE[family], TARGET[family])
            nonsense = technique is Technique.IP_PROTOCOL and family == 6 and port not in BODIES[6]
            known = 40 if nonsense else len(row)
            assert recomputed(packet)[:known] == row.tobytes()[:known]
            layer = LAYERS.get(TECHNIQUES[technique].protocol)
            if layer:
                numbers.add(packet[layer].sport - keys.first_port)
                assert packet[layer].dport == port
            else:
                assert (packet.proto if family == 4 else packet.nh) == port
            if family == 4:
                assert (packet.ttl, packet.ihl, packet.frag, int(packet.flags)) == (64, 5, 0, 0)
            else:
                assert (packet.hlim, packet.tc) == (64, 0)
    assert set(seen) == set(ports)
    assert numbers <= {tries - 1 + TRIES * source for source in range(sources_of(technique))}


@pytest.mark.parametrize("technique", [t for t in BY_PACKETS if TECHNIQUES[t].protocol in (Protocol.TCP, Protocol.UDP)])
@settings(max_examples=8)
@given(family=FAMILY, seed=SEED, tries=st.integers(1, TRIES))
def test_what_is_written_is_read_again(technique: Technique, family: int, seed: int, tries: int) -> None:
    rng = np.random.default_rng(seed)
    ports = ports_of(technique, rng)
    hosts, columns = hosts_of(TARGET[family]), Columns([(technique, ports)])
    matcher = Matcher(hosts, columns, ProbeKeys(int(rng.integers(1 << 63)), 61_000), wire(SOURCE[family]))
    for at, packets in registry.probes(technique, matcher, ScanRequest()).build(np.arange(len(ports)), tries):
        wide = np.zeros((len(packets), WIDTH), np.uint8)
        wide[:, : packets.shape[1]] = packets
        batch = parse(wide, family)
        found = batch.segments if TECHNIQUES[technique].protocol is Protocol.TCP else batch.datagrams
        assert found.rows.tolist() == list(range(len(packets)))
        assert found.target_port.tolist() == [ports[position] for position in at.tolist()]
        allowed = {61_000 + tries - 1 + TRIES * source for source in range(sources_of(technique))}
        assert len(own := set(found.source_port.tolist())) == 1 and own <= allowed
        assert (found.source == wire(SOURCE[family])).all()


def summed(rows: list[bytes]) -> list[int]:
    """The checksums of rows of one length."""
    matrix = np.frombuffer(b"".join(rows), np.uint8).reshape(len(rows), -1)
    return [int.from_bytes(np.array([value], np.uint16).tobytes()) for value in finish(word_sums(matrix))]


@given(st.lists(st.binary(min_size=24, max_size=24), min_size=1, max_size=9))
def test_sums_are_the_internet_checksum(rows: list[bytes]) -> None:
    assert summed(rows) == [checksum(row) for row in rows]


@pytest.mark.parametrize("edge", [b"\xff", b"\0", b"\x80"])
def test_sums_whose_carries_come_again_and_again(edge: bytes) -> None:
    """As many words as the longest packet has."""
    row = edge * 65534
    assert summed([row]) == [checksum(row)]
