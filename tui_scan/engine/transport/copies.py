"""A packet socket on all interfaces hears a packet wherever it passes: filter code for where the IP stack has it."""

import sys
from collections.abc import Collection
from contextlib import closing

from tui_scan.engine.transport.bpf import AND, JEQ, LD_W_ABS, OUTGOING, PACKET_TYPE, RET, Instruction, Program, assemble
from tui_scan.engine.transport.netlink import attributes
from tui_scan.engine.transport.rtnetlink import RouteTable

_INTERFACE, _VLAN_TAG, _HAS_TAG = 0xFFFFF008, 0xFFFFF02C, 0xFFFFF030
"""SKF_AD_OFF with SKF_AD_IFINDEX, SKF_AD_VLAN_TAG and SKF_AD_VLAN_TAG_PRESENT (linux/filter.h)."""
_VLAN_NUMBER = 0x0FFF
_OTHERHOST = 3
_IFLA_LINK, _IFLA_MASTER, _IFLA_LINKINFO, _IFLA_LINK_NETNSID, _IFLA_INFO_SLAVE_KIND = 5, 10, 18, 37, 4
_HANDING_ON = frozenset({b"bridge", b"bond", b"team", b"openvswitch", b""})
"""Kinds of interfaces whose ports hand them all they receive; the nameless are a driver's own, as on Hyper-V. Of a kind
that is not here packets are heard twice, and none is missed."""
_MOST_PORTS, _MOST_BELOW = 400, 100
"""Interfaces that a filter names: kernels before 6.8 have 20 KiB for a socket's filter (optmem_max), and a jump passes
over 255 instructions."""
_DROP: tuple[None, Instruction] = (None, (RET, 0, 0, 0))


def once(ways: Collection[int] = (), *, strangers: bool = False) -> bytes:
    """Filter code to stand before that of a packet socket: it leaves out copies of what is heard elsewhere.

    These are what the port of a bridge, bond or team hands to that, what bears a VLAN's number and is handed to that
    VLAN's interface, and what is for another link address, as a macvlan's packets are on the interface below
    (packet(7), PACKET_OTHERHOST). With ``strangers`` the last is heard: probes bear another's address. What leaves by
    one of the interfaces ``ways``, given by number, is not heard again on the one below it.
    """
    ports, below = _lower(ways)
    return assemble([*_leaving(below), *_untagged(), *([] if strangers else _own()), *_but(ports)])


def _leaving(below: list[int]) -> Program:
    if not below:
        return []
    rest = _but(below)
    return [(None, (LD_W_ABS, 0, 0, PACKET_TYPE)), (None, (JEQ, 0, len(rest), OUTGOING)), *rest]


def _untagged() -> Program:
    """Number 0 gives but a priority. Before Linux 6.2 the tag is there still when it holds no longer."""
    tagged: Program = [(None, (LD_W_ABS, 0, 0, _VLAN_TAG)), (None, (AND, 0, 0, _VLAN_NUMBER)), (None, (JEQ, 1, 0, 0))]
    return [(None, (LD_W_ABS, 0, 0, _HAS_TAG)), (None, (JEQ, len(tagged) + 1, 0, 0)), *tagged, _DROP]


def _own() -> Program:
    return [(None, (LD_W_ABS, 0, 0, PACKET_TYPE)), (None, (JEQ, 0, 1, _OTHERHOST)), _DROP]


def _but(interfaces: list[int]) -> Program:
    """What passes another interface than these."""
    program: Program = [(None, (LD_W_ABS, 0, 0, _INTERFACE))] if interfaces else []
    for interface in interfaces:
        program += [(None, (JEQ, 0, 1, interface)), _DROP]
    return program


def _lower(ways: Collection[int]) -> tuple[list[int], list[int]]:
    """The numbers of ports of other interfaces, and of interfaces that one of ``ways`` stands on."""
    ports, below = [], set()
    with closing(RouteTable()) as table:
        for number, _, told in table.links():
            kind = dict(attributes(told.get(_IFLA_LINKINFO, b""))).get(_IFLA_INFO_SLAVE_KIND, b"").rstrip(b"\0")
            if _IFLA_MASTER in told and kind in _HANDING_ON:
                ports.append(number)
            if number in ways and _IFLA_LINK in told and _IFLA_LINK_NETNSID not in told:
                below.add(int.from_bytes(told[_IFLA_LINK], sys.byteorder))
    return ports[:_MOST_PORTS], sorted(below - {0, *ways})[:_MOST_BELOW]
