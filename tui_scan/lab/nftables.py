"""Firewall rules of the present network namespace, by nfnetlink: what ``nft`` would say, without it."""

import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from tui_scan.lab.links import Address
from tui_scan.lab.netlink import ACK, APPEND, CREATE, Message, Netlink, attribute, nested, text, u32be
from tui_scan.model.tcp_flags import ACK as ACK_FLAG
from tui_scan.model.tcp_flags import FIN, RST, SYN

_NETFILTER = 12
_SUBSYSTEM = 10
_BATCH_BEGIN, _BATCH_END = 0x10, 0x11
_NEW_TABLE, _NEW_CHAIN, _NEW_RULE = 0, 3, 6
_INET = 1
_TABLE = "lab"
_REGISTER = 1
_META_NFPROTO, _META_L4PROTO = 15, 16
_NETWORK_HEADER, _TRANSPORT_HEADER = 1, 2
_EQUAL, _UNEQUAL, _AT_MOST, _AT_LEAST = 0, 1, 3, 5
_DESTINATION = {4: (16, 4), 6: (24, 16)}
_NFPROTO = {4: 2, 6: 10}
_REJECT_RESET, _REJECT_ICMPX = 1, 2


class Hook(IntEnum):
    """Where packets pass a chain."""

    INPUT = 1
    FORWARD = 2


class Reject(IntEnum):
    """The ICMP and ICMPv6 errors that ``reject with icmpx`` knows (NFT_REJECT_ICMPX_*)."""

    NO_ROUTE = 0
    PORT_UNREACHABLE = 1
    HOST_UNREACHABLE = 2
    ADMIN_PROHIBITED = 3


class Plain(IntEnum):
    """The ends of a rule that say nothing by ICMP."""

    DROP = 0
    ACCEPT = 1
    RESET = 2


class Match(IntEnum):
    """Which packets a rule is for: all, TCP segments by their flags, or packets by connection tracking."""

    ALL = 0
    SYN = 1
    NEW = 2
    NEW_NOT_SYN = 3
    INVALID = 4


@dataclass(frozen=True, slots=True)
class FilterRule:
    """Packets of an IP protocol to the ports ``first``..``last`` (and to ``destination``, if named)."""

    hook: Hook
    protocol: int
    first: int
    last: int
    end: Plain | Reject
    destination: Address | None = None
    match: Match = Match.ALL


def install(rules: Iterable[FilterRule]) -> None:
    """Make the rules, in their order, in one transaction; raises OSError when the kernel refuses them."""
    messages = [_batch(_BATCH_BEGIN), _message(_NEW_TABLE, CREATE, text(1, _TABLE))]
    messages += [_chain(hook) for hook in Hook]
    messages += [_rule(rule) for rule in rules]
    messages.append(_batch(_BATCH_END))
    with Netlink(_NETFILTER) as netlink:
        netlink.request("making firewall rules (the kernel needs nf_tables and nft_reject_inet)", *messages)


def _batch(kind: int) -> Message:
    return Message(kind, 0, struct.pack(">BBH", socket.AF_UNSPEC, 0, _SUBSYSTEM))


def _message(kind: int, flags: int, *attributes: bytes) -> Message:
    header = struct.pack(">BBH", _INET, 0, 0)
    return Message(_SUBSYSTEM << 8 | kind, ACK | flags, header + b"".join(attributes))


def _chain(hook: Hook) -> Message:
    place = nested(4, u32be(1, hook), u32be(2, 0))
    accept = u32be(5, Plain.ACCEPT)
    return _message(_NEW_CHAIN, CREATE, text(1, _TABLE), text(3, hook.name.lower()), place, accept, text(7, "filter"))


def _rule(rule: FilterRule) -> Message:
    expressions = []
    if rule.destination is not None:
        version = rule.destination.version
        offset, length = _DESTINATION[version]
        expressions += [
            _meta(_META_NFPROTO),
            _compare(_EQUAL, bytes([_NFPROTO[version]])),
            _payload(_NETWORK_HEADER, offset, length),
            _compare(_EQUAL, rule.destination.packed),
        ]
    expressions += [
        _meta(_META_L4PROTO),
        _compare(_EQUAL, bytes([rule.protocol])),
        *_ports(rule.first, rule.last),
        *_MATCHES[rule.match],
        _end(rule.end),
    ]
    chain = text(2, rule.hook.name.lower())
    return _message(_NEW_RULE, CREATE | APPEND, text(1, _TABLE), chain, nested(4, *expressions))


def _expression(name: str, *attributes: bytes) -> bytes:
    return nested(1, text(1, name), nested(2, *attributes))


def _meta(key: int) -> bytes:
    return _expression("meta", u32be(2, key), u32be(1, _REGISTER))


def _payload(base: int, offset: int, length: int) -> bytes:
    return _expression("payload", u32be(1, _REGISTER), u32be(2, base), u32be(3, offset), u32be(4, length))


def _compare(operation: int, value: bytes) -> bytes:
    return _expression("cmp", u32be(1, _REGISTER), u32be(2, operation), nested(3, attribute(1, value)))


def _ports(first: int, last: int) -> list[bytes]:
    if first == 0 and last == 65535:
        return []
    loaded = _payload(_TRANSPORT_HEADER, 2, 2)
    if first == last:
        return [loaded, _compare(_EQUAL, struct.pack(">H", first))]
    at_least = _compare(_AT_LEAST, struct.pack(">H", first))
    return [loaded, at_least, _compare(_AT_MOST, struct.pack(">H", last))]


def _bits(length: int, mask: bytes) -> bytes:
    """Keep the bits of ``mask`` in the register."""
    parts = nested(4, attribute(1, mask)), nested(5, attribute(1, bytes(length)))
    return _expression("bitwise", u32be(1, _REGISTER), u32be(2, _REGISTER), u32be(3, length), *parts)


def _flags(operation: int) -> list[bytes]:
    """Of FIN, SYN, RST and ACK (RFC 9293 §3.1) the SYN alone is set, or is not."""
    flags = _payload(_TRANSPORT_HEADER, 13, 1)
    return [flags, _bits(1, bytes([FIN | SYN | RST | ACK_FLAG])), _compare(operation, bytes([SYN]))]


def _tracked(state: int) -> list[bytes]:
    """The connection's state, a bit in host byte order (NF_CT_STATE_BIT)."""
    loaded = _expression("ct", u32be(1, _REGISTER), u32be(2, 0))
    return [loaded, _bits(4, struct.pack("=I", state)), _compare(_UNEQUAL, bytes(4))]


_INVALID, _NEW = 1 << 0, 1 << 3

_MATCHES: dict[Match, list[bytes]] = {
    Match.ALL: [],
    Match.SYN: _flags(_EQUAL),
    Match.NEW: _tracked(_NEW),
    Match.NEW_NOT_SYN: [*_tracked(_NEW), *_flags(_UNEQUAL)],
    Match.INVALID: _tracked(_INVALID),
}


def _end(end: Plain | Reject) -> bytes:
    if isinstance(end, Reject):
        return _expression("reject", u32be(1, _REJECT_ICMPX), attribute(2, bytes([end])))
    if end is Plain.RESET:
        return _expression("reject", u32be(1, _REJECT_RESET), attribute(2, b"\0"))
    verdict = nested(2, u32be(1, end))
    return _expression("immediate", u32be(1, 0), nested(2, verdict))
