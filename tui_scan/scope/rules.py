"""The guard's table: which addresses are scanned freely, which need a yes, which are refused."""

from bisect import bisect_right
from collections.abc import Iterator
from enum import IntEnum
from functools import cache
from typing import NamedTuple

from tui_scan.scope.ranges import BITS, AddressRange, address_value


class GuardVerdict(IntEnum):
    """What the guard says of a scan; the higher one wins."""

    ALLOWED = 0
    NEEDS_YES = 1
    REFUSED = 2


class Rule(NamedTuple):
    """One block of addresses, what the guard says of it, and what it is (with the source)."""

    block: str
    verdict: GuardVerdict
    title: str


PUBLIC = Rule("", GuardVerdict.NEEDS_YES, "a public address")

RULES = (
    Rule("127.0.0.0/8", GuardVerdict.ALLOWED, "loopback (RFC 1122)"),
    Rule("10.0.0.0/8", GuardVerdict.ALLOWED, "a private network (RFC 1918)"),
    Rule("172.16.0.0/12", GuardVerdict.ALLOWED, "a private network (RFC 1918)"),
    Rule("192.168.0.0/16", GuardVerdict.ALLOWED, "a private network (RFC 1918)"),
    Rule("169.254.0.0/16", GuardVerdict.ALLOWED, "link-local (RFC 3927)"),
    Rule("100.64.0.0/10", GuardVerdict.ALLOWED, "a shared network (RFC 6598)"),
    Rule("198.18.0.0/15", GuardVerdict.ALLOWED, "a benchmark network (RFC 2544)"),
    Rule("0.0.0.0/8", GuardVerdict.REFUSED, "“this network” and no host (RFC 1122)"),
    Rule("224.0.0.0/4", GuardVerdict.REFUSED, "multicast, which reaches many hosts at once (RFC 1112)"),
    Rule("255.255.255.255/32", GuardVerdict.REFUSED, "broadcast, which reaches every host at once (RFC 919)"),
    Rule("240.0.0.0/4", GuardVerdict.REFUSED, "reserved and no host (RFC 1112)"),
    Rule("::1/128", GuardVerdict.ALLOWED, "loopback (RFC 4291)"),
    Rule("fc00::/7", GuardVerdict.ALLOWED, "a private network (RFC 4193)"),
    Rule("fe80::/10", GuardVerdict.ALLOWED, "link-local (RFC 4291)"),
    Rule("::/128", GuardVerdict.REFUSED, "“no address” (RFC 4291)"),
    Rule("ff00::/8", GuardVerdict.REFUSED, "multicast, which reaches many hosts at once (RFC 4291)"),
)
"""The first rule that holds an address decides; an address that none holds is public."""

MAPPED = 0xFFFF << 32
"""::ffff:0:0/96: an IPv4-mapped address (RFC 4291, section 2.5.5.2) is judged as its IPv4 address."""


def rules_for(item: AddressRange, family: int) -> Iterator[tuple[AddressRange, Rule]]:
    """The parts of a range, in rising order, each with the rule that decides it."""
    starts, rules = _segments(family)
    at = bisect_right(starts, item.first) - 1
    while at < len(starts) and starts[at] <= item.last:
        end = starts[at + 1] - 1 if at + 1 < len(starts) else item.last
        yield AddressRange(max(item.first, starts[at]), min(item.last, end), item.zone), rules[at]
        at += 1


@cache
def _segments(family: int) -> tuple[list[int], list[Rule]]:
    """The whole address space cut where rules begin and end: the first address of each piece, its rule."""
    blocks = []
    for rule in RULES:
        address, _, prefix = rule.block.partition("/")
        if (":" in address) == (family == 6):
            first = address_value(address, family)
            blocks.append((first, first + (1 << (BITS[family] - int(prefix))) - 1, rule))
    if family == 6:
        starts, rules = _segments(4)
        ends = [*(start - 1 for start in starts[1:]), (1 << BITS[4]) - 1]
        blocks += [(MAPPED + a, MAPPED + b, _mapped(r)) for a, b, r in zip(starts, ends, rules, strict=True)]
    cuts = sorted({0, *(a for a, _, _ in blocks), *(b + 1 for _, b, _ in blocks if b + 1 < 1 << BITS[family])})
    return cuts, [next((r for a, b, r in blocks if a <= cut <= b), PUBLIC) for cut in cuts]


def _mapped(rule: Rule) -> Rule:
    address, _, prefix = rule.block.partition("/")
    return rule._replace(block=f"::ffff:{address}/{96 + int(prefix)}") if address else rule
