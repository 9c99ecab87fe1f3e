"""The BPF filter, run by the kernel on packets that scapy built; every packet looks like an incoming one here.

On a socket pair the filter sees the datagram's bytes as they are, which is what a packet socket shows it too.
"""

import socket
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.compat import raw
from scapy.layers.inet import ICMP, TCP, UDP, IPOption_RR
from scapy.layers.inet6 import (
    ICMPv6DestUnreach,
    ICMPv6EchoReply,
    ICMPv6ND_NA,
    ICMPv6PacketTooBig,
    ICMPv6ParamProblem,
    ICMPv6TimeExceeded,
)
from scapy.packet import Packet, Raw

from tests.engine_playbook import SOURCE, TARGET, ip
from tui_scan.engine.transport.bpf import attach, scan_filter
from tui_scan.engine.wire.extensions import EXTENSIONS

FIRST, LAST = 61_500, 61_515
families = pytest.mark.parametrize("family", [4, 6])


class Gate:
    """A socket pair with a filter."""

    def __init__(self, family: int, portless: bool = False, looped: bool = False) -> None:
        self.near, self.far = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        attach(self.far, scan_filter(family, FIRST, LAST, portless=portless, looped=looped))
        self.far.setblocking(False)

    def lets_in(self, packet: Packet | bytes) -> bool:
        """Whether the filter takes the packet, and takes it whole."""
        data: bytes = raw(packet)
        self.near.send(data)
        try:
            return bytes(self.far.recv(65536)) == data
        except BlockingIOError:
            return False


def opened(portless: bool = False, looped: bool = False) -> Iterator[dict[int, Gate]]:
    made = {family: Gate(family, portless, looped) for family in (4, 6)}
    yield made
    for gate in made.values():
        gate.near.close()
        gate.far.close()


@pytest.fixture(scope="module")
def gates() -> Iterator[dict[int, Gate]]:
    yield from opened()


@pytest.fixture(scope="module")
def wide_gates() -> Iterator[dict[int, Gate]]:
    """Gates of a protocol scan."""
    yield from opened(portless=True)


@pytest.fixture(scope="module")
def looped_gates() -> Iterator[dict[int, Gate]]:
    """Gates of a scan of the own machine."""
    yield from opened(looped=True)


def head(family: int) -> Packet:
    return ip(family, TARGET[family], SOURCE[family])


@families
@given(
    st.booleans(), st.integers(0, 65535), st.integers(0, 65535) | st.integers(FIRST - 2, LAST + 2), st.integers(0, 255)
)
def test_what_comes_to_the_own_ports(
    gates: dict[int, Gate], family: int, tcp: bool, sport: int, dport: int, flags: int
) -> None:
    transport = TCP(sport=sport, dport=dport, flags=flags) if tcp else UDP(sport=sport, dport=dport)
    assert gates[family].lets_in(head(family) / transport / Raw(b"x" * 9)) == (FIRST <= dport <= LAST)


PORTS = st.integers(0, 65535) | st.integers(FIRST - 2, LAST + 2)


@families
@given(sport=PORTS, dport=PORTS, flags=st.integers(0, 255))
def test_on_loopback_the_own_kernels_resets_come_in(
    looped_gates: dict[int, Gate], family: int, sport: int, dport: int, flags: int
) -> None:
    wanted = FIRST <= dport <= LAST or (FIRST <= sport <= LAST and bool(flags & 0x04))
    assert looped_gates[family].lets_in(head(family) / TCP(sport=sport, dport=dport, flags=flags)) == wanted


@families
def test_both_edges_of_the_block(gates: dict[int, Gate], family: int) -> None:
    for port, inside in ((FIRST - 1, False), (FIRST, True), (LAST, True), (LAST + 1, False)):
        assert gates[family].lets_in(head(family) / TCP(sport=80, dport=port)) is inside
        assert gates[family].lets_in(head(family) / UDP(sport=80, dport=port)) is inside


@given(kind=st.integers(0, 255))
def test_icmp_errors_of_ipv4(gates: dict[int, Gate], kind: int) -> None:
    quoted = raw(ip(4, SOURCE[4], TARGET[4]) / TCP())
    assert gates[4].lets_in(head(4) / ICMP(type=kind) / Raw(quoted)) == (kind in (3, 11))


def test_icmp_errors_of_ipv6(gates: dict[int, Gate]) -> None:
    quoted = Raw(raw(ip(6, SOURCE[6], TARGET[6]) / TCP()))
    for error, taken in (
        (ICMPv6DestUnreach(code=4), True),
        (ICMPv6TimeExceeded(), True),
        (ICMPv6ParamProblem(code=1), True),
        (ICMPv6PacketTooBig(), False),
        (ICMPv6EchoReply(), False),
        (ICMPv6ND_NA(), False),
    ):
        assert gates[6].lets_in(head(6) / error / quoted) is taken


@families
@given(number=st.integers(0, 255), port=st.integers(FIRST - 2, LAST + 2))
def test_a_protocol_scan_hears_every_protocol_and_of_those_with_ports_its_own(
    gates: dict[int, Gate], wide_gates: dict[int, Gate], family: int, number: int, port: int
) -> None:
    packet = head(family)
    packet[0].setfieldval("proto" if family == 4 else "nh", number)
    packet = packet / Raw(b"\0\x50" + port.to_bytes(2, "big") + bytes(16))
    mine = FIRST <= port <= LAST
    echo_reply_or_none = {4: {1: True}, 6: {58: False}}[family]  # the first byte, 0, is that of an IPv4 echo reply
    wide = mine if number in (6, 17, 132) else echo_reply_or_none.get(number, True)
    assert wide_gates[family].lets_in(packet) == wide
    narrow = mine if number in (6, 17, 132) else family == 6 and number in EXTENSIONS
    assert gates[family].lets_in(packet) == narrow


def test_a_protocol_scan_hears_echo_replies_beside_errors(wide_gates: dict[int, Gate]) -> None:
    quoted = {family: Raw(raw(ip(family, SOURCE[family], TARGET[family]))) for family in (4, 6)}
    for kind in range(256):
        assert wide_gates[4].lets_in(head(4) / ICMP(type=kind) / quoted[4]) == (kind in (0, 3, 11))
        message = raw(ICMPv6EchoReply())[1:]
        packet = head(6)
        packet.nh = 58
        assert wide_gates[6].lets_in(packet / Raw(bytes([kind]) + message)) == (kind in (1, 3, 4, 129))


def test_ip_options_do_not_hide_the_ports(gates: dict[int, Gate]) -> None:
    packet = head(4)
    packet.options = [IPOption_RR(routers=["10.0.0.1", "10.0.0.2"])]
    assert gates[4].lets_in(packet / TCP(sport=80, dport=FIRST))
    assert not gates[4].lets_in(packet / TCP(sport=FIRST, dport=80))


def test_later_fragments_are_left_out(gates: dict[int, Gate]) -> None:
    packet = head(4) / TCP(sport=80, dport=FIRST)
    packet.frag = 1
    assert not gates[4].lets_in(packet)


@families
@given(data=st.binary(max_size=70))
def test_other_things_are_left_out(gates: dict[int, Gate], family: int, data: bytes) -> None:
    """Also what is too short to be read, and the other family's packets."""
    version = data[:1]
    if version and version[0] >> 4 == family:
        return
    assert not gates[family].lets_in(b"\0" + data)
    assert not gates[family].lets_in(head(10 - family) / TCP(sport=80, dport=FIRST))
    assert not gates[family].lets_in(raw(head(family) / TCP(sport=80, dport=FIRST))[: 20 if family == 4 else 40])
