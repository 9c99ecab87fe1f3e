"""A packet socket on all interfaces hears a packet wherever it passes: filter code for where the IP stack has it."""

import struct
from collections.abc import Collection
from contextlib import closing

from tui_scan.engine.transport.bpf import AND, JEQ, LD_W_ABS, OUTGOING, PACKET_TYPE, RET, Instruction, Program, assemble
from tui_scan.engine.transport.rtnetlink import RouteTable, attributes

_INTERFACE, _VLAN_TAG = 0xFFFFF008, 0xFFFFF02C
"""SKF_AD_OFF with SKF_AD_IFINDEX and with SKF_AD_VLAN_TAG (linux/filter.h)."""
_VLAN_NUMBER = 0x0FFF
_OTHERHOST = 3
_NEWLINK, _GETLINK = 16, 18
_IFLA_MASTER, _IFLA_LINKINFO, _IFLA_INFO_SLAVE_KIND = 10, 18, 4
_LINK = struct.Struct("=BBHiII")
_ROUTING_DOMAIN = b"vrf"
_MOST, _MOST_WAYS = 1500, 200
"""Interfaces that a filter names: it has room for 4,096 instructions (BPF_MAXINSNS), and a jump passes over 255."""
_DROP: tuple[None, Instruction] = (None, (RET, 0, 0, 0))


def once(*, outgoing: Collection[int] = (), strangers: bool = False) -> bytes:
    """Filter code to stand before that of a packet socket: it passes each packet once.

    Left out is what the port of a bridge, bond or team hands to that, what comes with a VLAN's number and is handed
    to that VLAN's interface, and what is for another link address, as a macvlan's packets are on the interface below
    (packet(7), PACKET_OTHERHOST). With ``strangers`` the last is heard: probes bear another's address. ``outgoing``
    are the numbers of the interfaces by which the scan's packets leave; no others' are heard. Empty is all.
    """
    return assemble([*_leaving(outgoing), *_coming(strangers)])


def _leaving(interfaces: Collection[int]) -> Program:
    """A packet that leaves is heard where the scan's leave, and on no interface below."""
    if not interfaces or 0 in interfaces or len(interfaces) > _MOST_WAYS:
        return []
    return [
        (None, (LD_W_ABS, 0, 0, PACKET_TYPE)),
        (None, (JEQ, 0, "kept", OUTGOING)),
        (None, (LD_W_ABS, 0, 0, _INTERFACE)),
        *((None, (JEQ, "kept", 0, interface)) for interface in interfaces),
        _DROP,
    ]


def _coming(strangers: bool) -> Program:
    """What no interface hands to another, and what is for this machine."""
    program: Program = [
        ("kept", (LD_W_ABS, 0, 0, _VLAN_TAG)),
        (None, (AND, 0, 0, _VLAN_NUMBER)),
        (None, (JEQ, 1, 0, 0)),
        _DROP,
    ]
    if not strangers:
        program += [(None, (LD_W_ABS, 0, 0, PACKET_TYPE)), (None, (JEQ, 0, 1, _OTHERHOST)), _DROP]
    if ports := _ports():
        program.append((None, (LD_W_ABS, 0, 0, _INTERFACE)))
    for interface in ports[:_MOST]:
        program += [(None, (JEQ, 0, 1, interface)), _DROP]
    return program


def _ports() -> list[int]:
    """The numbers of interfaces that hand all they receive to another, in the thread's network namespace.

    One in a VRF belongs to that, and keeps its packets all the same.
    """
    found = []
    with closing(RouteTable()) as table:
        for kind, payload in table.dump(_GETLINK, _LINK.pack(0, 0, 0, 0, 0, 0)):
            if kind != _NEWLINK:
                continue
            told = dict(attributes(payload[_LINK.size :]))
            slave = dict(attributes(told.get(_IFLA_LINKINFO, b""))).get(_IFLA_INFO_SLAVE_KIND, b"").rstrip(b"\0")
            if _IFLA_MASTER in told and slave != _ROUTING_DOMAIN:
                found.append(_LINK.unpack_from(payload)[3])
    return found
