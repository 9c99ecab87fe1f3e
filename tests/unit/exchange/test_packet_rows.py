"""All packets of a scan as one list: ordered by time, with keys that stay, and columns as scapy reads them."""

import errno
import random

import numpy as np
from scapy.layers.inet import IP, TCP

from tests.ui.filled_scans import answer, made_scan
from tests.ui.packets import BEGAN_NS, capture_syns, kernel_reset, prohibited, received, sent, syn_ack
from tui_scan.engine.calls import CallLog
from tui_scan.engine.capture import ORIGINS
from tui_scan.engine.scan import Scan
from tui_scan.engine.watched import Watched
from tui_scan.exchange.header_columns import NO_FLAGS
from tui_scan.exchange.packet_rows import PacketList, count, gather
from tui_scan.exchange.packet_source import NO_CELL
from tui_scan.model.packets import Event, Origin, Packet
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Technique


def random_scan(chance: random.Random, ports: int = 40) -> tuple[Scan, int]:
    """A scan with packets of every kind, logged in the order of their times as they are, and how many there are."""
    scan = made_scan(f"1-{ports}")
    capture = capture_syns(scan)
    made = after = 0
    for cell in chance.sample(range(ports), ports):
        port, after = cell + 1, after + chance.randrange(700, 2000)
        sent(capture, cell, after)
        made += 1
        kind = chance.choice(["open", "rejected", "silent"])
        if kind == "open":
            received(capture, cell, Origin.TARGET, syn_ack(port), after + chance.randrange(500))
            received(capture, cell, Origin.KERNEL, kernel_reset(port), after + 600)
            answer(scan, [cell], PortState.OPEN, Reason.SYN_ACK)
            made += 2
        elif kind == "rejected":
            received(capture, cell, Origin.ROUTER, prohibited(port, "10.9.8.7"), after + chance.randrange(500))
            answer(scan, [cell], PortState.FILTERED, Reason.ADMIN_PROHIBITED)
            made += 1
    return scan, made


def whole(packets: PacketList) -> list[Packet | Event]:
    return packets.items(np.arange(len(packets)))


def test_every_packet_is_there_once_in_the_order_of_time(chance: random.Random) -> None:
    scan, made = random_scan(chance)
    packets = gather(scan)
    found = whole(packets)
    assert len(packets) == len(found) == made == count(scan)
    assert [one.time_ns for one in found] == packets.time_ns.tolist() == sorted(one.time_ns for one in found)
    for cell in range(scan.columns.count):
        mine = [one for one, at in zip(found, packets.cell.tolist(), strict=True) if at == cell]
        assert mine == scan.exchange(0, cell), "the list and the exchange tell the same packets"


def test_columns_are_what_scapy_reads(chance: random.Random) -> None:
    packets = gather(random_scan(chance)[0])
    columns = zip(whole(packets), packets.flags(), packets.protocols(), packets.origins(), strict=True)
    for item, flags, protocol, origin in columns:
        assert isinstance(item, Packet)
        layers = IP(item.data)
        own = layers.proto == 6
        assert flags == (int(layers[TCP].flags) if own else NO_FLAGS)
        assert protocol == layers.proto
        assert ORIGINS[origin] is item.origin


def test_a_packet_keeps_its_key_when_more_come(chance: random.Random) -> None:
    scan, _ = random_scan(chance)
    before = gather(scan)
    items, keys = whole(before), [before.key(at) for at in range(len(before))]
    capture = scan.captures[Technique.SYN]
    for cell in range(scan.columns.count):
        sent(capture, cell, chance.randrange(1_000_000), tries=2)  # type: ignore[arg-type]
    after = gather(scan)
    for key, item in zip(keys, items, strict=True):
        at = after.find(key)
        assert at is not None and after.items(np.array([at])) == [item]
    assert len({after.key(at) for at in range(len(after))}) == len(after)


def test_where_there_is_no_room_the_newest_stay_and_the_rest_is_counted(chance: random.Random) -> None:
    scan, made = random_scan(chance)
    every, some = gather(scan), gather(scan, most=10)
    assert len(some) == 10 and some.left_out == made - 10
    assert whole(some) == whole(every)[-10:]
    assert [some.key(at) for at in range(10)] == [every.key(at) for at in range(made - 10, made)]


def test_packets_of_discovery_are_there_too_and_belong_to_no_port(chance: random.Random) -> None:
    scan, made = random_scan(chance)
    watched = Watched(scan)
    assert scan.watch is not None
    arp = bytes.fromhex("0001080006040001020000000001") + bytes([10, 0, 0, 1]) + bytes(6) + bytes([10, 0, 0, 2])
    probe = bytes(IP(src="10.0.0.1", dst="10.0.0.2") / TCP(flags="A", dport=80))
    for out, data in ((True, arp), (True, probe), (False, probe)):
        rows = np.frombuffer(data.ljust(60, b"\0"), np.uint8)[None, :]
        scan.watch(out, rows, np.array([BEGAN_NS - 1000 * len(watched.shown) - 1]))
    packets = gather(scan, shown=watched.shown)
    first = packets.items(np.arange(3))
    assert len(packets) == made + 3 == count(scan, watched.shown)
    assert [(item.origin, item.data) for item in first if isinstance(item, Packet)] == [
        (Origin.TARGET, probe),
        (Origin.SCANNER, probe),
        (Origin.SCANNER, arp),
    ]
    assert packets.cell[:3].tolist() == [NO_CELL] * 3 and NO_CELL not in packets.cell[3:]
    assert packets.flags()[:3].tolist() == [0x10, 0x10, NO_FLAGS] and packets.protocols()[:3].tolist() == [6, 6, 0]
    assert [packets.find(packets.key(at)) for at in range(5)] == list(range(5))


def test_a_watch_with_little_room_keeps_the_first_packets() -> None:
    scan = made_scan("1-10")
    watched = Watched(scan, most=5)
    assert scan.watch is not None
    for size in (3, 3, 1):
        scan.watch(True, np.zeros((size, 40), np.uint8), np.zeros(size, np.int64))
    assert [len(one.packets) for one in watched.shown] == [3]


def test_calls_are_two_rows_and_those_that_did_not_end_one() -> None:
    scan = made_scan("9,10", Technique.CONNECT)
    log = CallLog("connect()", "connect()")
    log.note([(0, 1, BEGAN_NS, BEGAN_NS + 300, errno.ECONNREFUSED, ""), (1, 1, BEGAN_NS + 100, 0, 0, "")])
    scan.captures[Technique.CONNECT] = log
    packets = gather(scan)
    told = [(item.call, item.result) for item in whole(packets) if isinstance(item, Event)]
    assert told == [("connect()", "sent"), ("connect()", "sent"), ("connect()", "ECONNREFUSED")]
    assert packets.flags().tolist() == [NO_FLAGS] * 3 and packets.protocols().tolist() == [6] * 3


def test_a_scan_without_packets_has_an_empty_list() -> None:
    packets = gather(made_scan("1-10"))
    assert len(packets) == 0 and packets.flags().tolist() == [] and whole(packets) == []
