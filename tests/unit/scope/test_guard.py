"""The guard against a plain reading of the RFCs' blocks, address by address."""

import ipaddress
import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_scan.model.errors import RefusedError
from tui_scan.model.request import ScanRequest
from tui_scan.scope.broadcasts import own_broadcasts
from tui_scan.scope.guard import check, judge
from tui_scan.scope.plan import ScanPlan
from tui_scan.scope.ports import PortSelection
from tui_scan.scope.ranges import AddressRange
from tui_scan.scope.rules import GuardVerdict

FREE = [
    ipaddress.ip_network(block)
    for block in (
        *("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10"),
        *("198.18.0.0/15", "::1/128", "fc00::/7", "fe80::/10"),
    )
]
BROADCAST_ROUTE = re.compile(r"\|-- (\S+)\s+/32 link BROADCAST")
OTHERS = ("0.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4", "255.255.255.255/32", "::/128", "ff00::/8", "::ffff:0:0/96")
EDGES = sorted(
    {
        int(edge) + step + offset
        for block in (*FREE, *map(ipaddress.ip_network, OTHERS))
        for edge in (block[0], block[-1])
        for step in (-1, 0, 1)
        for offset in ((0, 0xFFFF << 32) if block.version == 4 else (0,))
    }
)


def truth(value: int, family: int) -> GuardVerdict:
    """One address, by the standard library's knowledge of special addresses and the list of free blocks."""
    address = (ipaddress.IPv4Address if family == 4 else ipaddress.IPv6Address)(value)
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return truth(int(address.ipv4_mapped), 4)
    if any(address in block for block in FREE):
        return GuardVerdict.ALLOWED
    nothing = family == 4 and (value < 1 << 24 or value >= 240 << 24)
    if address.is_multicast or address.is_unspecified or nothing:
        return GuardVerdict.REFUSED
    return GuardVerdict.NEEDS_YES


def plan_of(*ranges: AddressRange, family: int = 4, authorized: bool = False) -> ScanPlan:
    request = ScanRequest(authorized=authorized)
    return ScanPlan(request, family, ranges, {}, PortSelection(tcp=(22, 80), udp=(53,)))


def one(text: str, authorized: bool = False) -> ScanPlan:
    network = ipaddress.ip_network(text)
    item = AddressRange(int(network[0]), int(network[-1]))
    return plan_of(item, family=network.version, authorized=authorized)


def verdict_is_right(family: int, value: int, more: int) -> None:
    top = (1 << (32 if family == 4 else 128)) - 1
    first = min(max(value, 0), top)
    last = min(first + more, top)
    judgement = judge(plan_of(AddressRange(first, last), family=family), broadcasts=())
    verdicts = {value: truth(value, family) for value in range(first, last + 1)}
    assert judgement.verdict == max(verdicts.values())
    if judgement.offending:
        offending = range(judgement.offending.first, judgement.offending.last + 1)
        assert list(offending) and {verdicts[value] for value in offending} == {judgement.verdict}


@pytest.mark.parametrize("family", [4, 6])
def test_every_edge_of_a_block_has_its_verdict(family: int) -> None:
    for edge in EDGES:
        verdict_is_right(family, edge, 0)


@given(st.sampled_from([4, 6]), st.sampled_from(EDGES) | st.integers(0, (1 << 128) - 1), st.integers(0, 3))
def test_every_address_has_the_verdict_of_its_block(family: int, value: int, more: int) -> None:
    verdict_is_right(family, value, more)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("127.0.0.0/8", GuardVerdict.ALLOWED),
        ("10.0.0.0/7", GuardVerdict.NEEDS_YES),
        ("0.0.0.0/0", GuardVerdict.REFUSED),
        ("192.0.2.1/32", GuardVerdict.NEEDS_YES),
        ("2001:db8::/64", GuardVerdict.NEEDS_YES),
        ("::ffff:10.0.0.0/104", GuardVerdict.ALLOWED),
        ("::ffff:224.0.0.1/128", GuardVerdict.REFUSED),
        ("::/0", GuardVerdict.REFUSED),
        ("ff02::1/128", GuardVerdict.REFUSED),
        ("255.255.255.255/32", GuardVerdict.REFUSED),
    ],
)
def test_blocks(text: str, verdict: GuardVerdict) -> None:
    assert judge(one(text), broadcasts=()).verdict is verdict


def test_one_refused_address_among_many_refuses_the_scan() -> None:
    ranges = [AddressRange(8 << 24, 8 << 24), AddressRange(10 << 24, 11 << 24), AddressRange(224 << 24, 224 << 24)]
    judgement = judge(plan_of(*ranges, authorized=True), broadcasts=())
    assert judgement.verdict is GuardVerdict.REFUSED
    assert judgement.offending == ranges[2]


def test_a_yes_opens_public_addresses_and_nothing_else() -> None:
    assert judge(one("192.0.2.0/24", authorized=True), broadcasts=()).verdict is GuardVerdict.ALLOWED
    assert judge(one("224.0.0.0/24", authorized=True), broadcasts=()).verdict is GuardVerdict.REFUSED


def test_check_says_what_to_do() -> None:
    with pytest.raises(RefusedError, match=r"192.0.2.0/24 is public.*--authorized") as caught:
        check(one("192.0.2.0/24"), broadcasts=())
    assert caught.value.exit_code == 3
    with pytest.raises(RefusedError, match=r"multicast.*--exclude 224.0.0.0/4") as caught:
        check(one("224.0.0.0/24"), broadcasts=())
    assert "--authorized" not in str(caught.value)
    with pytest.raises(RefusedError, match=r"--exclude ::ffff:224.0.0.0/100"):
        check(one("::ffff:224.0.0.0/120"), broadcasts=())


def test_packets_are_hosts_times_ports_of_the_techniques() -> None:
    judgement = check(one("10.0.0.0/24"), broadcasts=())
    assert (judgement.hosts, judgement.ports, judgement.packets) == (256, 2, 512)
    assert judgement.sentence == "256 hosts, 2 ports each: at least 512 packets."
    assert check(one("10.0.0.1/32"), broadcasts=()).sentence == "1 host, 2 ports each: at least 2 packets."


@pytest.mark.parametrize("broadcasts", [["10.0.0.255"], ["10.9.9.9", "10.0.0.3", "10.0.0.255"]])
def test_an_own_broadcast_address_is_refused(broadcasts: Iterable[str]) -> None:
    with pytest.raises(RefusedError, match="broadcast address of this machine"):
        check(one("10.0.0.255/32"), broadcasts=broadcasts)
    assert judge(one("10.0.1.255/32"), broadcasts=broadcasts).verdict is GuardVerdict.ALLOWED


def test_own_broadcasts_are_what_the_routing_table_sends_as_broadcast() -> None:
    trie = Path("/proc/thread-self/net/fib_trie").read_text(encoding="ascii")
    last = {address for address in BROADCAST_ROUTE.findall(trie) if not address.endswith(".0")}
    assert set(own_broadcasts()) >= last
    for address in last:
        with pytest.raises(RefusedError, match="broadcast address of this machine"):
            check(one(f"{address}/32"))
