"""The TCP scans by stray segments, probe by probe: what leaves, what a RST means to each, and all that is no answer."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.inet import IP, TCP
from scapy.layers.inet6 import IPv6
from scapy.packet import Packet

from tests.engine_playbook import FIRST_PORT, PORTS, TARGET, Playbook, hosts_of, ip, rows
from tui_scan.engine.columns import Columns
from tui_scan.engine.probes import ProbeKeys
from tui_scan.engine.techniques import registry
from tui_scan.engine.techniques.matching import Matcher
from tui_scan.engine.wire.parse import parse
from tui_scan.lab.simulated import tcp
from tui_scan.model.request import ScanRequest
from tui_scan.model.techniques import Technique

WRAP = 1 << 32
CLOSED, UNFILTERED, OPEN = ("closed", "reset"), ("unfiltered", "reset"), ("open", "reset")
STRAYS = {
    Technique.ACK: (0x10, UNFILTERED, UNFILTERED),
    Technique.WINDOW: (0x10, CLOSED, OPEN),
    Technique.MAIMON: (0x11, CLOSED, CLOSED),
    Technique.NULL: (0x00, CLOSED, CLOSED),
    Technique.FIN: (0x01, CLOSED, CLOSED),
    Technique.XMAS: (0x29, CLOSED, CLOSED),
}
"""The flags of the probe, and what a RST means without and with a window."""

families = pytest.mark.parametrize("family", [4, 6])
techniques = pytest.mark.parametrize("technique", STRAYS)
SEEDS = st.integers(0, 2**32 - 1)


def closed_port(book: Playbook, probe: Packet, **changed: int) -> Packet | None:
    """What the lab's closed port answers, by RFC 9293; ``changed`` fields are set otherwise."""
    read = tcp.read(bytes(probe[TCP]))
    assert read is not None
    source, destination, segment = read
    reset = tcp.reset_for(segment)
    if reset is None:
        return None
    fields = {"seq": reset.sequence, "ack": reset.acknowledgement, "flags": reset.flags, "window": 0, **changed}
    return ip(book.family, book.target, book.source) / TCP(sport=destination, dport=source, **fields)


@families
@techniques
def test_a_reset_is_read_as_the_technique_reads_it(technique: Technique, family: int, rng: np.random.Generator) -> None:
    book = Playbook(technique, family, rng)
    flags, without, with_window = STRAYS[technique]
    for port in PORTS:
        for tries in (1, 2, 16):
            probe = book.probe(port, tries)
            assert (int(probe[TCP].flags), probe[TCP].window, probe[TCP].options) == (flags, 1024, [])
            assert book.verdicts(closed_port(book, probe)) == [(port, tries, *without)]
            assert book.verdicts(closed_port(book, probe, window=512)) == [(port, tries, *with_window)]


@families
@techniques
@given(seed=SEEDS, moved=st.integers(-3, 3) | st.integers(0, WRAP - 1))
def test_only_what_repeats_the_key_is_an_answer(technique: Technique, family: int, seed: int, moved: int) -> None:
    """Stacks that do not count the FIN, or count what has no length, are off by one."""
    book = Playbook(technique, family, np.random.default_rng(seed))
    probe = book.probe(80)[TCP]
    field = "seq" if probe.flags & 0x10 else "ack"
    other = {"seq": "ack", "ack": "seq"}[field]
    key = probe.ack if field == "seq" else probe.seq
    reset = closed_port(book, book.probe(80), **{field: (key + moved) % WRAP, other: (key ^ 0x5555_5555) % WRAP})
    assert book.verdicts(reset) == ([(80, 1, *STRAYS[technique][1])] if moved in (0, 1) else [])


@families
@techniques
@given(flags=st.integers(0, 255))
def test_nothing_but_a_reset_tells(technique: Technique, family: int, flags: int) -> None:
    book = Playbook(technique, family, np.random.default_rng(flags))
    probe = book.probe(22)[TCP]
    answer = closed_port(book, book.probe(22), flags=flags, seq=probe.seq, ack=probe.seq)
    assert book.verdicts(answer) == ([(22, 1, *STRAYS[technique][1])] if flags & 0x06 == 0x04 else [])


@families
@techniques
def test_the_own_probe_seen_on_loopback_is_no_answer(
    technique: Technique, family: int, rng: np.random.Generator
) -> None:
    book = Playbook(technique, family, rng, loopback=True)
    for port in PORTS:
        assert book.verdicts(book.probe(port)) == []
        assert book.verdicts(book.probe(port), outgoing=True) == []
        assert len(book.verdicts(closed_port(book, book.probe(port)))) == 1


@families
@given(seed=SEEDS, flags=st.integers(0, 255), base=st.sampled_from([Technique.SYN, *STRAYS]))
def test_other_flags_are_read_as_the_base_reads_its_own(family: int, seed: int, flags: int, base: Technique) -> None:
    book = Playbook(base, family, np.random.default_rng(seed), loopback=bool(seed % 2), scan_flags=flags)
    probe = book.probe(443, 2)
    assert int(probe[TCP].flags) == flags
    assert probe[TCP].options == ([("MSS", 1460)] if flags & 0x02 else [])
    assert (IP if family == 4 else IPv6)(bytes(probe)) == probe
    assert book.verdicts(probe) == []
    assert book.verdicts(probe, outgoing=True) == []
    reset = closed_port(book, probe)
    if reset is not None:
        read = {**STRAYS, Technique.SYN: (2, CLOSED, CLOSED)}[base][1]
        assert book.verdicts(reset) == [(443, 2, *read)]


@families
def test_a_syn_of_other_flags_may_open(family: int, rng: np.random.Generator) -> None:
    """SYN and PSH together still begin a connection."""
    book = Playbook(Technique.SYN, family, rng, scan_flags=0x0A)
    probe = book.probe(80)
    ack = (probe[TCP].seq + 1) % WRAP
    assert book.verdicts(closed_port(book, probe, flags=0x12, seq=7, ack=ack)) == [(80, 1, "open", "syn-ack")]


@families
@given(seed=SEEDS, flags=st.integers(0, 255), base=st.sampled_from([Technique.SYN, *STRAYS]))
def test_own_probes_to_own_ports_are_no_answers(family: int, seed: int, flags: int, base: Technique) -> None:
    """On loopback the ports of the own block may be among the scanned, and a probe may leave for its own port."""
    hosts = hosts_of(TARGET[family])
    columns = Columns([(base, range(FIRST_PORT, FIRST_PORT + 16))])
    matcher = Matcher(hosts, columns, ProbeKeys(seed, FIRST_PORT), hosts.wire)
    probes = registry.probes(base, matcher, ScanRequest(scan_flags=flags))
    for tries in (1, 7):
        [(_, built)] = probes.build(np.arange(16), tries)
        data = rows(row.tobytes() for row in built)
        assert len(probes.judge(parse(data, family), np.zeros(len(data), np.bool_)).rows) == 0
