"""The packet filters of a discovery: answers to its probes, and nothing that this machine sends."""

from collections.abc import Iterable

from tui_scan.engine.transport.bpf import (
    ICMP_ERRORS,
    JEQ,
    JGE,
    JGT,
    LD_B_ABS,
    LD_B_IND,
    LD_H_ABS,
    LD_H_IND,
    LD_W_ABS,
    OUTGOING,
    PACKET_TYPE,
    RET,
    WHOLE,
    Program,
    assemble,
    version_check,
)
from tui_scan.engine.wire.extensions import EXTENSIONS

_PROTOCOL = 0xFFFFF000
"""SKF_AD_OFF + SKF_AD_PROTOCOL: the Ethernet type (linux/filter.h)."""
_ETH_ARP, _ETH_IPV6 = 0x0806, 0x86DD
_ARP_REPLY, _ARP_OPERATION = 2, 6
_ICMP6, _ADVERTISEMENT = 58, 136
_REPLIES = {4: (0, 14, 18), 6: (129,)}
_WITH_PORTS = (6, 17, 132)
_END: Program = [("accept", (RET, 0, 0, WHOLE)), ("drop", (RET, 0, 0, 0))]
_INCOMING: Program = [(None, (LD_W_ABS, 0, 0, PACKET_TYPE)), (None, (JEQ, "drop", 0, OUTGOING))]


def answers(family: int, first_port: int, last_port: int, protocols: Iterable[int]) -> bytes:
    """TCP, UDP and SCTP to these ports, ICMP errors and replies, and whatever is of one of ``protocols``.

    What has an IPv6 extension header passes, for all that lies behind it.
    """
    icmp = 1 if family == 4 else 58
    extensions = EXTENSIONS if family == 6 else ()
    whole = [*extensions, *(number for number in protocols if number not in (*_WITH_PORTS, icmp, *extensions))]
    kinds = (*ICMP_ERRORS[family], *_REPLIES[family])
    program: Program = [
        *_INCOMING,
        *version_check(family),
        (None, (LD_B_ABS, 0, 0, 9 if family == 4 else 6)),
        *((None, (JEQ, "ports", 0, number)) for number in _WITH_PORTS),
        *((None, (JEQ, "accept", 0, number)) for number in whole),
        (None, (JEQ, 0, "drop", icmp)),
        (None, (LD_B_IND, 0, 0, 0)),
        *((None, (JEQ, "accept", 0, kind)) for kind in kinds[:-1]),
        (None, (JEQ, "accept", "drop", kinds[-1])),
        ("ports", (LD_H_IND, 0, 0, 2)),
        (None, (JGE, 0, "drop", first_port)),
        (None, (JGT, "drop", "accept", last_port)),
        *_END,
    ]
    return assemble(program)


def link_answers(family: int) -> bytes:
    """ARP replies (RFC 826), or neighbour advertisements (RFC 4861 §4.4)."""
    kind: Program = [
        (None, (LD_W_ABS, 0, 0, _PROTOCOL)),
        (None, (JEQ, 0, "drop", _ETH_ARP if family == 4 else _ETH_IPV6)),
    ]
    arp: Program = [(None, (LD_H_ABS, 0, 0, _ARP_OPERATION)), (None, (JEQ, "accept", "drop", _ARP_REPLY))]
    advertisement: Program = [
        (None, (LD_B_ABS, 0, 0, 6)),
        (None, (JEQ, 0, "drop", _ICMP6)),
        (None, (LD_B_ABS, 0, 0, 40)),
        (None, (JEQ, "accept", "drop", _ADVERTISEMENT)),
    ]
    return assemble([*_INCOMING, *kind, *(arp if family == 4 else advertisement), *_END])
