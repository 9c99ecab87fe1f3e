"""What an exchange tells, set beside what tshark reads in a capture of the far side at the same time."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from tests.far_capture import FarCapture, Row, read_all
from tui_scan.engine.probes import NUMBERS
from tui_scan.engine.scan import Scan
from tui_scan.exchange.steps import Direction, Kind, Step
from tui_scan.exchange.story import story
from tui_scan.model.packets import Origin, Packet
from tui_scan.model.techniques import TECHNIQUES, Protocol

LETTERS = "FSRPAUEC"
IP = {4: ("ip.src", "ip.ttl", "ip.proto", "ip.len"), 6: ("ipv6.src", "ipv6.hlim", "ipv6.nxt", "ipv6.plen")}
ICMP = {4: ("icmp.type", "icmp.code"), 6: ("icmpv6.type", "icmpv6.code")}
FIELDS = (
    "tcp.port",
    "tcp.flags",
    "tcp.seq_raw",
    "tcp.ack_raw",
    "tcp.window_size_value",
    "tcp.len",
    "tcp.options.mss_val",
    "tcp.options.wscale.shift",
    "tcp.options.timestamp.tsval",
    "tcp.options.timestamp.tsecr",
    "tcp.options.sack_perm",
    "udp.port",
    "udp.length",
    "sctp.port",
    "sctp.chunk_type",
    "sctp.verification_tag",
    "sctp.init_initiate_tag",
    "sctp.initack_initiate_tag",
)
CHUNKS = {"1": "INIT", "2": "INIT-ACK", "6": "ABORT", "10": "COOKIE-ECHO", "11": "COOKIE-ACK"}
WITH_PORTS = frozenset({6, 17, 132})
NESTED = frozenset({0, 4, 41, 43, 44, 47, 48, 50, 51, 53, 59, 60, 97, 108, 115, 135, 136, 137, 139, 140, 143})
"""Protocols behind whose heads over IPv6 tshark reads more headers, which its fields do not tell from the first."""
Told = dict[str, object]


def by_port(rows: Iterable[Row], family: int, protocol: Protocol, ports: set[int]) -> dict[int, list[Row]]:
    """The packets of each port (an ICMP error quotes it), or of each IP protocol."""
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        if protocol is Protocol.IP:
            numbers = {int(row[IP[family][2]][-1])}
        else:
            numbers = {int(port) for port in row[f"{protocol.value}.port"]} & ports
        (number,) = numbers
        found[number].append(row)
    return found


def read(row: Row, family: int) -> Told:
    """What tshark says of one packet; of fields that a quotation has too, the packet's own come first."""
    source, ttl, protocol, length = IP[family]
    told: Told = {"sender": row[source][0], "ttl": int(row[ttl][0])}
    if row[ICMP[family][0]]:
        return told | {"icmp": (int(row[ICMP[family][0]][0]), int(row[ICMP[family][1]][0]))}
    if row["tcp.flags"]:
        flags = int(row["tcp.flags"][0], 0)
        told |= {"flags": "".join(letter for bit, letter in enumerate(LETTERS) if flags >> bit & 1)}
        told |= {"seq": int(row["tcp.seq_raw"][0]), "ack": int(row["tcp.ack_raw"][0])}
        told |= {"window": int(row["tcp.window_size_value"][0]), "payload": int(row["tcp.len"][0])}
        return told | {"options": tcp_options(row)}
    if row["udp.length"]:
        return told | {"payload": int(row["udp.length"][0]) - 8}
    if row["sctp.chunk_type"]:
        tags = [f"vtag={int(row['sctp.verification_tag'][0], 0):#010x}"]
        for name in ("sctp.init_initiate_tag", "sctp.initack_initiate_tag"):
            tags += [f"itag={int(tag, 0):#010x}" for tag in row[name]]
        return told | {"chunk": CHUNKS[row["sctp.chunk_type"][0]], "tags": tags}
    return told | {"protocol": int(row[protocol][0]), "payload": int(row[length][0]) - (20 if family == 4 else 0)}


def tcp_options(row: Row) -> set[str]:
    words = {f"mss={value}" for value in row["tcp.options.mss_val"]}
    words |= {f"ws={value}" for value in row["tcp.options.wscale.shift"]}
    stamps = zip(row["tcp.options.timestamp.tsval"], row["tcp.options.timestamp.tsecr"], strict=True)
    words |= {f"ts={value}/{echoed}" for value, echoed in stamps}
    return words | ({"sack"} if row["tcp.options.sack_perm"] else set())


def said(step: Step) -> Told:
    """What a step says, in the same words."""
    told: Told = {"sender": step.sender, "ttl": step.ttl}
    if step.summary.startswith("ICMP"):
        kind, _, code = step.summary.rpartition("(")[2].rstrip(")").partition("/")
        return told | {"icmp": (int(kind), int(code))}
    if step.seq is not None:
        told |= {"flags": "".join(sorted(step.flags, key=LETTERS.index)), "seq": step.seq, "ack": step.ack}
        return told | {"window": step.window, "payload": step.payload_length, "options": set(step.options.split())}
    if step.summary == "UDP":
        return told | {"payload": step.payload_length}
    if step.summary.startswith("SCTP"):
        tags = [word for word in step.options.split() if "tag=" in word]
        return told | {"chunk": step.summary.split()[-1], "tags": tags}
    return told | {"protocol": int(step.summary.split()[2]), "payload": step.payload_length}


def check_exchanges(
    seen: Sequence[tuple[Scan, FarCapture]], tshark: str, family: int, own: str, routers: frozenset[str] = frozenset()
) -> int:
    """Every exchange is what passed at the far side: so many packets, in that order, each with all it says.

    Each scan has one technique and one host, which may be the scanner's own; ``routers`` may answer in its place.
    Returns how many packets passed.
    """
    address = "ip.addr" if family == 4 else "ipv6.addr"
    where = f"{address}=={own} and not arp and not icmpv6.type in {{133..136}}"
    found = read_all(tshark, [capture for _, capture in seen], where, [*IP[family], *ICMP[family], *FIELDS])
    for (scan, _), rows in zip(seen, found, strict=True):
        _check(scan, rows, family, own, routers)
    return sum(map(len, found))


def _block(scan: Scan) -> range:
    """The scan's source ports; the first try leaves from the first."""
    items = (item for column in range(scan.columns.count) for item in scan.exchange(0, column))
    probes = (item.data for item in items if isinstance(item, Packet) and item.origin is Origin.SCANNER)
    starts = ((probe, 4 * (probe[0] & 15) if probe[0] >> 4 == 4 else 40) for probe in probes)
    first = min(int.from_bytes(probe[at : at + 2]) for probe, at in starts if probe[9 if at < 40 else 6] in WITH_PORTS)
    return range(first, first + NUMBERS)


def _is_of(row: Row, block: range) -> bool:
    """A target may still repeat its answer to an earlier scan, and that has ports of its own."""
    numbers = [int(port) for name in ("tcp.port", "udp.port", "sctp.port") for port in row[name]]
    return not numbers or any(number in block for number in numbers)


def _check(scan: Scan, rows: list[Row], family: int, own: str, routers: frozenset[str]) -> None:
    (technique,) = scan.columns.techniques
    ports = {int(port) for port in scan.columns.port}
    block = _block(scan)
    passed = by_port((row for row in rows if _is_of(row, block)), family, TECHNIQUES[technique].protocol, ports)
    for column in range(scan.columns.count):
        port = int(scan.columns.port[column])
        exchange = story(scan, 0, column)
        steps = [step for step in exchange.steps if step.kind is Kind.PACKET]
        mine, theirs = [said(step) for step in steps], [read(row, family) for row in passed.pop(port, [])]
        assert mine == theirs, f"{technique} {port}: {scan.verdict(0, column)}\n{mine}\n{theirs}"
        assert exchange.complete
        assert all(step.seen for step in steps)
        for step in steps if scan.verdict(0, column).address != own else ():
            assert (step.direction is Direction.OUT) is (step.sender == own)
            inbound = (Origin.ROUTER,) if step.sender in routers else (Origin.TARGET,)
            assert step.origin in ((Origin.SCANNER, Origin.KERNEL) if step.sender == own else inbound)
    assert not passed
