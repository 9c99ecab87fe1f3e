"""Every packet option is on the wire as asked: tshark reads it at the target, whose verdicts stay what they are."""

import random
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, replace

import pytest

from tests.namespaces import Link, domain, inside, link
from tests.scans import BRISK, Seen, carried_out, differences, prepared, seen, without_raw
from tests.wire_tap import Row, Tap, tapped
from tui_scan.engine.scan import Scan, prepare
from tui_scan.model.discovery import Aim, Asked, Discovery, Ping
from tui_scan.model.packet_form import AS_USUAL, PacketForm, Way
from tui_scan.model.packets import Origin, Packet
from tui_scan.model.reasons import Reason
from tui_scan.model.request import Resolve, ScanRequest
from tui_scan.model.states import HostState, PortState
from tui_scan.model.techniques import TECHNIQUES, Protocol, Technique
from tui_scan.scope.plan import plan
from tui_scan.services import names

QUICK = replace(BRISK, initial_rtt_timeout=100, min_rtt_timeout=60, max_rtt_timeout=200, max_retries=1)
TCP = tuple(
    t for t, info in TECHNIQUES.items() if info.protocol is Protocol.TCP and info.needs_raw and not info.third_party
)
SUMS = ("tcp.checksum.status", "udp.checksum.status", "icmp.checksum.status", "icmpv6.checksum.status")
RULES = ("drop", "reject with icmpx type admin-prohibited", "reject with icmpx type port-unreachable")


@dataclass(frozen=True)
class Target:
    """A target with ports of all kinds, the same for TCP and UDP."""

    wire: Link
    ports: tuple[int, ...]
    opened: frozenset[int]
    ruled: dict[int, str]


@pytest.fixture(scope="module")
def target(own_namespaces: None, seed: int) -> Iterator[Target]:
    print(f"TUI_SCAN_SEED={seed}")
    lot = random.Random(seed)
    ports = lot.sample(range(1024, 60_000), 30)
    opened, ruled = ports[:10], {port: RULES[number % 3] for number, port in enumerate(ports[10:19])}
    lines = [f"{proto} dport {port} {rule}" for port, rule in ruled.items() for proto in ("tcp", "udp")]
    chain = "type filter hook input priority 0;\n" + "\n".join(lines)
    with link() as wire, ExitStack() as held:
        # A SYN-ACK sent again, to a scan long over, would have the own kernel's reset counted in a later test.
        wire.at_target("sysctl", "-qw", "net.ipv4.tcp_synack_retries=0")
        wire.at_target("nft", "-f", "-", stdin=f"table inet lot {{\n chain in {{\n {chain}\n}}\n}}\n")
        with inside(wire.target):
            for family in (4, 6):
                for port in opened:
                    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                        sock = held.enter_context(socket.socket(domain(family), kind))
                        if family == 6:
                            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                        sock.bind(("", port))
                        if kind == socket.SOCK_STREAM:
                            sock.listen(64)
                        else:
                            threading.Thread(target=_echo, args=(sock,), daemon=True).start()
        yield Target(wire, tuple(sorted(ports)), frozenset(opened), ruled)


def _echo(sock: socket.socket) -> None:
    while True:
        try:
            _, sender = sock.recvfrom(65535)
            sock.sendto(b"here", sender)
        except OSError:
            return


def run(
    target: Target,
    family: int,
    technique: Technique,
    form: PacketForm,
    ports: Sequence[int] = (),
    sockets: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> tuple[Scan, Tap]:
    """A scan with these options, and what came to the target of it; ``sockets`` may take rights away meanwhile."""
    with inside(target.wire.scanner):
        scan = prepared([Link.address[family]], ports or target.ports, technique, timing=QUICK, packets=form)
        with tapped(target.wire) as tap, sockets():
            worker = carried_out(scan)
    if worker.error:
        raise worker.error
    return scan, tap


def truth(target: Target, technique: Technique) -> Seen:
    """What a SYN or UDP scan has to find."""
    syn = technique is Technique.SYN
    found: Seen = {}
    for port in target.ports:
        rule = target.ruled.get(port)
        if port in target.opened:
            found[port] = PortState.OPEN, Reason.SYN_ACK if syn else Reason.UDP_RESPONSE
        elif rule is None or (rule == RULES[2] and not syn):
            found[port] = PortState.CLOSED, Reason.RESET if syn else Reason.PORT_UNREACH
        elif rule == RULES[0]:
            found[port] = PortState.FILTERED if syn else PortState.OPEN_FILTERED, Reason.NO_RESPONSE
        else:
            reason = Reason.ADMIN_PROHIBITED if rule == RULES[1] else Reason.PORT_UNREACH
            found[port] = PortState.FILTERED, reason
    return found


def check_exchange(scan: Scan, tap: Tap, family: int) -> list[bytes]:
    """The exchange has the very packets that came; returns those."""
    packets = tap.packets(family, Link.own[family])
    told: list[bytes] = []
    where = {packet: number for number, packet in reversed(list(enumerate(packets)))}
    for column in range(scan.columns.count):
        items = scan.exchange(0, column)
        own = [one.data for one in items if isinstance(one, Packet) and one.origin is Origin.SCANNER]
        assert [where[one] for one in own] == sorted(where[one] for one in own), "in another order than they left"
        told += own
        # The own kernel's resets of half-open connections leave too, and are shown.
        told += [one.data for one in items if isinstance(one, Packet) and one.origin is Origin.KERNEL]
    assert Counter(told) == Counter(packets)
    return packets


def check_verdicts(target: Target, scan: Scan, family: int, technique: Technique) -> None:
    """They are those of a scan without any options, and of SYN and UDP those that have to be."""
    mine = seen(scan, technique)
    if technique in (Technique.SYN, Technique.UDP):
        assert not differences(mine, {port: truth(target, technique)[port] for port in mine})
        return
    ports = tuple(mine)
    plain, _ = run(target, family, technique, AS_USUAL, ports)
    assert not differences(mine, seen(plain, technique))


def drawn(chance: random.Random) -> list[Technique]:
    """SYN and UDP, and another TCP technique by lot."""
    return [Technique.SYN, Technique.UDP, chance.choice([t for t in TCP if t is not Technique.SYN])]


def probes(tap: Tap, tshark: str, family: int, fields: list[str], *options: str) -> list[Row]:
    """tshark's reading of the scanner's probes, with no own kernel's resets among them."""
    own = f"ip.src=={Link.own[4]}" if family == 4 else f"ipv6.src=={Link.own[6]} and not icmpv6.type in {{133..136}}"
    return tap.read(tshark, f"({own}) and not (tcp.flags.reset==1 and tcp.window_size_value==0)", fields, *options)


@pytest.mark.parametrize("size", [8, 16])
def test_fragments(target: Target, peer: Callable[[str], str], chance: random.Random, size: int) -> None:
    extra = chance.randrange(0, 90)
    form = PacketForm(mtu=size, data_length=extra, way=chance.choice((Way.USUAL, Way.IP)))
    for technique in drawn(chance):
        scan, tap = run(target, 4, technique, form)
        check_exchange(scan, tap, 4)
        check_verdicts(target, scan, 4, technique)
        fields = ["ip.id", "ip.frag_offset", "ip.flags.mf", "ip.len", "ip.checksum.status"]
        pieces: dict[str, list[Row]] = {}
        for row in probes(tap, peer("tshark"), 4, fields, "ip.defragment:FALSE"):
            assert row["ip.checksum.status"] == "1"
            pieces.setdefault(row["ip.id"], []).append(row)
        syn = technique is Technique.SYN
        length = (8 if technique is Technique.UDP else 24 if syn else 20) + extra
        wanted = [min(size, length - first) for first in range(0, length, size)]
        for found in pieces.values():
            if len(found) != len(wanted):  # two probes by chance with one identification
                continue
            assert [int(row["ip.len"]) - 20 for row in found] == wanted
            offsets = [int(row["ip.frag_offset"]) for row in found]
            assert offsets in ([n * size // 8 for n in range(len(found))], [n * size for n in range(len(found))])
            more = [row["ip.flags.mf"] in ("1", "True") for row in found]
            assert more == [True] * (len(found) - 1) + [False]
        assert sum(len(found) == len(wanted) for found in pieces.values()) >= len(target.ports) - 2
        name = "udp" if technique is Technique.UDP else "tcp"
        whole = probes(tap, peer("tshark"), 4, [f"{name}.checksum.status", f"{name}.dstport"], "ip.defragment:TRUE")
        put_together = [row for row in whole if row[f"{name}.dstport"]]
        assert {int(row[f"{name}.dstport"]) for row in put_together} == set(target.ports)
        assert {row[f"{name}.checksum.status"] for row in put_together} == {"1"}


@pytest.mark.parametrize("family", [4, 6])
def test_the_source_port(target: Target, peer: Callable[[str], str], chance: random.Random, family: int) -> None:
    port = chance.choice([53, chance.randrange(1024, 65536)])
    while port in target.ports:
        port += 1
    for technique in (*drawn(chance), Technique.SCTP_INIT):
        scan, tap = run(target, family, technique, PacketForm(source_port=port))
        check_exchange(scan, tap, family)
        check_verdicts(target, scan, family, technique)
        name = TECHNIQUES[technique].protocol.value
        rows = probes(tap, peer("tshark"), family, [f"{name}.srcport", f"{name}.dstport"])
        assert {row[f"{name}.srcport"] for row in rows} == {str(port)}
        assert {int(row[f"{name}.dstport"]) for row in rows} == set(target.ports)
        keyed = technique is not Technique.UDP
        for column in range(scan.columns.count):
            verdict, exchange = scan.verdict(0, column), scan.exchange(0, column)
            answers = [one for one in exchange if one.origin is Origin.TARGET]
            if answers and keyed and verdict.reason in (Reason.RESET, Reason.SYN_ACK):
                assert verdict.rtt_us is not None
                assert answers[0].try_number == verdict.tries


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("option", ["data", "data_string", "data_length"])
def test_data(target: Target, peer: Callable[[str], str], chance: random.Random, option: str, family: int) -> None:
    length = chance.randrange(1, 300)
    text = "".join(chance.choice("abc é€ 09") for _ in range(length))
    value = {"data": chance.randbytes(length).hex(), "data_string": text, "data_length": length}[option]
    form = PacketForm(**{option: value})  # type: ignore[arg-type]
    carried: set[str] = set()
    for technique in drawn(chance):
        scan, tap = run(target, family, technique, form)
        check_exchange(scan, tap, family)
        check_verdicts(target, scan, family, technique)
        name = TECHNIQUES[technique].protocol.value
        rows = probes(tap, peer("tshark"), family, [f"{name}.payload", f"{name}.checksum.status"])
        assert {row[f"{name}.checksum.status"] for row in rows} == {"1"}
        found = {row[f"{name}.payload"].replace(":", "") for row in rows}
        assert len(found) == 1
        carried |= found
    wanted = {"data": value, "data_string": text.encode().hex()}.get(option)
    if wanted is None:
        assert {len(bytes.fromhex(one)) for one in carried} == {length}
    else:
        assert carried == {wanted}


def test_no_data_at_all(target: Target, peer: Callable[[str], str]) -> None:
    scan, tap = run(target, 4, Technique.UDP, PacketForm(data_length=0), [53, 123, 161])
    check_exchange(scan, tap, 4)
    assert {row["udp.length"] for row in probes(tap, peer("tshark"), 4, ["udp.length"])} == {"8"}
    scan, tap = run(target, 4, Technique.UDP, AS_USUAL, [53, 123, 161])
    assert "8" not in {row["udp.length"] for row in probes(tap, peer("tshark"), 4, ["udp.length"])}


@pytest.mark.parametrize("technique", [Technique.SCTP_INIT, Technique.SCTP_COOKIE_ECHO])
def test_sctp_carries_data_as_padding(
    target: Target, peer: Callable[[str], str], chance: random.Random, technique: Technique
) -> None:
    data = chance.randbytes(chance.randrange(1, 40))
    scan, tap = run(target, 4, technique, PacketForm(data=data.hex()))
    packets = check_exchange(scan, tap, 4)
    assert all(data in packet for packet in packets)
    fields = ["sctp.checksum.status", "sctp.chunk_type", "sctp.parameter_type", "_ws.malformed"]
    for row in probes(tap, peer("tshark"), 4, fields):
        assert (row["sctp.checksum.status"], row["_ws.malformed"]) == ("1", "")
        if technique is Technique.SCTP_INIT:
            assert (row["sctp.chunk_type"], row["sctp.parameter_type"]) == ("1", "0x8005")
        else:
            assert row["sctp.chunk_type"] == "10,132"


@pytest.mark.parametrize("family", [4, 6])
def test_the_ttl(target: Target, peer: Callable[[str], str], chance: random.Random, family: int) -> None:
    ttl = chance.randrange(1, 256)
    field = "ip.ttl" if family == 4 else "ipv6.hlim"
    for technique in (*drawn(chance), Technique.SCTP_INIT):
        scan, tap = run(target, family, technique, PacketForm(ttl=ttl))
        check_exchange(scan, tap, family)
        check_verdicts(target, scan, family, technique)
        assert {row[field] for row in probes(tap, peer("tshark"), family, [field])} == {str(ttl)}


def header_options(packets: list[bytes]) -> set[bytes]:
    """The options of IPv4 headers."""
    return {packet[20 : 4 * (packet[0] & 15)] for packet in packets}


@pytest.mark.parametrize("text", ["R", "T", "U", r"\x01\x07\x07\x04\x00*4", r"\68\12\x05\x00*9", r"\1*3\x00"])
def test_ip_options_are_nmaps(target: Target, peer: Callable[[str], str], chance: random.Random, text: str) -> None:
    nmap = [peer("nmap"), "-n", "-Pn", "--privileged", "-sS", "-p9", "--max-retries", "0", "--ip-options", text]
    with tapped(target.wire) as theirs:
        target.wire.at_scanner(*nmap, Link.address[4])
    syns = [one for one in theirs.packets(4, Link.own[4]) if one[9] == 6 and one[4 * (one[0] & 15) + 13] == 2]
    assert syns
    # Linux sends no ICMP error from a firewall's rule for a packet whose options it has written into.
    answering = [port for port in target.ports if target.ruled.get(port, "drop") == "drop"]
    for technique in drawn(chance):
        scan, tap = run(target, 4, technique, PacketForm(ip_options=text), answering)
        check_exchange(scan, tap, 4)
        check_verdicts(target, scan, 4, technique)
        mine = [packet for packet in tap.packets(4, Link.own[4]) if not _is_reset(packet)]
        assert header_options(mine) == header_options(syns)
        name = TECHNIQUES[technique].protocol.value
        sums = [f"{name}.checksum.status", "ip.checksum.status"]
        for row in probes(tap, peer("tshark"), 4, sums):
            assert set(row.values()) == {"1"}


def _is_reset(packet: bytes) -> bool:
    start = 4 * (packet[0] & 15)
    return packet[9] == 6 and packet[start + 13] & 4 > 0


def test_a_source_route_goes_to_its_first_router(target: Target, peer: Callable[[str], str]) -> None:
    """The target forwards for nobody, and is the first router itself: no answer, but the packets are what they are."""
    routed = "198.51.100.7"
    with inside(target.wire.scanner):
        target.wire.at_scanner("ip", "route", "add", f"{routed}/32", "via", Link.address[4])
        text = f"L {Link.address[4]} 203.0.113.9"
        scan = prepared([routed], [9], Technique.SYN, timing=QUICK, packets=PacketForm(ip_options=text))
        with tapped(target.wire) as tap:
            carried_out(scan)
        target.wire.at_scanner("ip", "route", "del", f"{routed}/32")
    packets = check_exchange(scan, tap, 4)
    fields = ["ip.dst", "ip.opt.type", "tcp.checksum.status"]
    rows = probes(tap, peer("tshark"), 4, fields)
    hops = socket.inet_aton("203.0.113.9") + socket.inet_aton(routed)
    assert header_options(packets) == {bytes((1, 131, 11, 4)) + hops}
    assert rows
    assert {packet[16:20] for packet in packets} == {socket.inet_aton(Link.address[4])}
    for row in rows:  # tshark calls the end of the route the destination, and sums up with that
        assert (row["ip.dst"], row["ip.opt.type"], row["tcp.checksum.status"]) == (routed, "1,131", "1"), row


@pytest.mark.parametrize("family", [4, 6])
def test_bad_sums(target: Target, peer: Callable[[str], str], chance: random.Random, family: int) -> None:
    for technique in (*drawn(chance), Technique.SCTP_INIT):
        scan, tap = run(target, family, technique, PacketForm(bad_sums=True))
        check_exchange(scan, tap, family)
        name = TECHNIQUES[technique].protocol.value
        rows = probes(tap, peer("tshark"), family, [f"{name}.checksum.status", f"{name}.dstport"])
        assert {row[f"{name}.checksum.status"] for row in rows} == {"0"}
        assert any("--badsum" in note for note in scan.notes)
        if technique is not Technique.SCTP_INIT:  # a host without SCTP does not look at its checksums either
            quiet = {port: verdict for port, verdict in seen(scan, technique).items() if port not in target.ruled}
            assert {reason for _, reason in quiet.values()} == {Reason.NO_RESPONSE}


@pytest.mark.parametrize("prefix", ["", "02ab", "0211aabbccdd"])
def test_the_ethernet_address(target: Target, peer: Callable[[str], str], chance: random.Random, prefix: str) -> None:
    family = chance.choice((4, 6))
    for technique in drawn(chance):
        scan, tap = run(target, family, technique, PacketForm(mac=prefix))
        check_exchange(scan, tap, family)
        check_verdicts(target, scan, family, technique)
        rows = probes(tap, peer("tshark"), family, ["eth.src"])
        (source,) = {row["eth.src"].replace(":", "") for row in rows}
        assert source.startswith(prefix)
        real = target.wire.at_scanner("cat", f"/sys/class/net/{target.wire.scanner_device}/address").strip()
        assert source != real.replace(":", "")
        assert not int(source[:2], 16) & 1


@contextmanager
def counted(wire: Link) -> Iterator[Callable[[], int]]:
    """How many TCP and UDP packets pass the scanner's own IP output meanwhile."""
    rules = "type filter hook output priority 0;\nmeta l4proto {tcp, udp} counter"
    wire.at_scanner("nft", "-f", "-", stdin=f"table inet out {{\nchain out {{\n{rules}\n}}\n}}\n")

    def count() -> int:
        listed = wire.at_scanner("nft", "list", "table", "inet", "out").split()
        return int(listed[listed.index("packets") + 1])

    yield count
    wire.at_scanner("nft", "delete", "table", "inet", "out")


@pytest.mark.parametrize("family", [4, 6])
def test_the_way_out(target: Target, chance: random.Random, family: int) -> None:
    """What goes out as a frame passes no netfilter hook of IP, what the kernel sends does."""
    closed = [port for port in target.ports if port not in target.opened and port not in target.ruled]
    for technique in (Technique.SYN, Technique.UDP):
        for way, through in ((Way.ETHERNET, 0), (Way.USUAL, 0), (Way.IP, len(closed))):
            with counted(target.wire) as count:
                scan, tap = run(target, family, technique, PacketForm(way=way), closed)
                assert (count() > 0) == (through > 0), way
                assert count() >= through
            check_exchange(scan, tap, family)
            assert {state for state, _ in seen(scan, technique).values()} == {PortState.CLOSED}


def test_protocol_scans_take_options(target: Target, peer: Callable[[str], str], chance: random.Random) -> None:
    plain, _ = run(target, 4, Technique.IP_PROTOCOL, AS_USUAL, [1, 2, 6, 17, 47, 132])
    data = chance.randbytes(20)
    form = PacketForm(source_port=999, data=data.hex(), ttl=77, ip_options="T", mtu=16)
    scan, tap = run(target, 4, Technique.IP_PROTOCOL, form, [1, 2, 6, 17, 47, 132])
    check_exchange(scan, tap, 4)
    assert not differences(seen(scan, Technique.IP_PROTOCOL), seen(plain, Technique.IP_PROTOCOL))
    fields = ["ip.ttl", "ip.opt.type", "ip.checksum.status"]
    for row in probes(tap, peer("tshark"), 4, fields, "ip.defragment:FALSE"):
        assert (row["ip.ttl"], row["ip.opt.type"].split(",")[0], row["ip.checksum.status"]) == ("77", "68", "1")
    sums = [f"{name}.checksum.status" for name in ("tcp", "udp", "icmp", "igmp")]
    for row in probes(tap, peer("tshark"), 4, sums, "ip.defragment:TRUE"):
        assert set(row.values()) <= {"", "1"}, row


def sought(target: Target, family: int, form: PacketForm, asked: tuple[Asked, ...]) -> tuple[Scan, Tap]:
    """A search for the target by these probes (on the link where there are none), and what came there of it."""
    request = ScanRequest(
        (Link.address[family],),
        aim=Aim.HOSTS,
        discovery=Discovery(asked=asked, link=not asked),
        timing=QUICK,
        packets=form,
        resolve=Resolve.NEVER,
    )
    with inside(target.wire.scanner):
        scan = prepare(plan(request, names=names, broadcasts=()), ())
        with tapped(target.wire) as tap:
            worker = carried_out(scan)
    if worker.error:
        raise worker.error
    return scan, tap


@pytest.mark.parametrize("family", [4, 6])
def test_discovery_takes_options(
    target: Target, peer: Callable[[str], str], chance: random.Random, family: int
) -> None:
    closed = next(port for port in target.ports if port not in target.opened and port not in target.ruled)
    data, ttl, port = chance.randbytes(chance.randrange(1, 50)), chance.randrange(1, 256), chance.randrange(1024, 65536)
    form = PacketForm(data=data.hex(), ttl=ttl, source_port=port, ip_options="R" if family == 4 else None)
    reasons = {
        Asked(Ping.ECHO): Reason.ECHO_REPLY,
        Asked(Ping.SYN, closed): Reason.RESET,
        Asked(Ping.SYN, min(target.opened)): Reason.SYN_ACK,
        Asked(Ping.ACK, closed): Reason.RESET,
        Asked(Ping.UDP, closed): Reason.PORT_UNREACH,
    }
    for asked, reason in reasons.items():
        scan, tap = sought(target, family, form, (asked,))
        assert (HostState(scan.hosts.state[0]), Reason(scan.hosts.reason[0])) == (HostState.UP, reason), asked
        packets = [one for one in tap.packets(family, Link.own[family]) if not _is_kernels(one, family)]
        assert packets
        assert all(one.endswith(data) for one in packets)
        field = "ip.ttl" if family == 4 else "ipv6.hlim"
        rows = probes(tap, peer("tshark"), family, [field, "tcp.srcport", "udp.srcport", *SUMS])
        assert {row[field] for row in rows if row[field]} == {str(ttl)}
        assert {row["tcp.srcport"] + row["udp.srcport"] for row in rows} == {"" if asked.port == 0 else str(port)}
        assert all(row[name] in ("", "1") for row in rows for name in SUMS)


def _is_kernels(packet: bytes, family: int) -> bool:
    return (family == 4 and _is_reset(packet)) or (family == 6 and packet[6] == 6 and packet[53] & 4 > 0)


def test_discovery_by_fragments(target: Target, peer: Callable[[str], str], chance: random.Random) -> None:
    scan, tap = sought(target, 4, PacketForm(mtu=8), (Asked(Ping.SYN, min(target.opened)),))
    assert scan.hosts.reason[0] == Reason.SYN_ACK
    fields = ["ip.len", "ip.flags.mf"]
    rows = probes(tap, peer("tshark"), 4, fields, "ip.defragment:FALSE")
    assert [row["ip.len"] for row in rows[:3]] == ["28"] * 3


@pytest.mark.parametrize("family", [4, 6])
def test_hosts_on_the_link_are_asked_from_another_address(
    target: Target, peer: Callable[[str], str], family: int
) -> None:
    own = target.wire.at_scanner("cat", f"/sys/class/net/{target.wire.scanner_device}/address").strip()
    scan, tap = sought(target, family, PacketForm(mac="02cafe"), ())
    assert HostState(scan.hosts.state[0]) is HostState.UP
    where, field = ("arp.opcode==1", "arp.src.hw_mac") if family == 4 else ("icmpv6.type==135", "icmpv6.opt.linkaddr")
    rows = tap.read(peer("tshark"), where, ["eth.src", field])
    assert rows
    assert all(row["eth.src"] == row[field] and row[field].startswith("02:ca:fe") for row in rows), rows
    assert not any(row["eth.src"] == own for row in rows)
    # The target now takes the scanner to be there, where its kernel's own packets would get no answers.
    target.wire.at_target("ip", "neigh", "flush", "dev", target.wire.target_device)


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("technique", [Technique.CONNECT, Technique.UDP])
def test_sockets_take_source_port_and_ttl(
    target: Target, peer: Callable[[str], str], chance: random.Random, technique: Technique, family: int
) -> None:
    ttl, port = chance.randrange(1, 256), chance.randrange(1024, 60_000)
    while port in target.ports:
        port += 1
    data = chance.randbytes(9).hex() if technique is Technique.UDP else None
    scan, tap = run(target, family, technique, PacketForm(source_port=port, ttl=ttl, data=data), (), without_raw)
    name = TECHNIQUES[technique].protocol.value
    field = "ip.ttl" if family == 4 else "ipv6.hlim"
    wanted = f"{name} and {'tcp.flags.syn==1' if name == 'tcp' else f'udp.srcport=={port}'}"
    rows = tap.read(peer("tshark"), wanted, [f"{name}.srcport", f"{name}.dstport", field, f"{name}.payload"])
    assert {row[f"{name}.srcport"] for row in rows} == {str(port)}
    assert {int(row[f"{name}.dstport"]) for row in rows} == set(target.ports)
    assert {row[field] for row in rows} == {str(ttl)}
    if data is not None:
        assert {row["udp.payload"].replace(":", "") for row in rows} == {data}
        assert not differences(seen(scan, technique), truth(target, technique))
    else:
        syn = truth(target, Technique.SYN)
        refused = {Reason.RESET: Reason.CONN_REFUSED}
        told = {number: (state, refused.get(reason, reason)) for number, (state, reason) in syn.items()}
        assert not differences(seen(scan, technique), told)
