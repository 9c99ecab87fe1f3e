"""UDP payloads: the datagrams that make the service of a port answer, each written from its protocol's standard."""

import numpy as np
import numpy.typing as npt

from tui_scan.engine.techniques import payloads_discovery as discovery
from tui_scan.engine.techniques import payloads_services as services
from tui_scan.engine.techniques import payloads_tunnels as tunnels

FAST_TRIES = 2
"""Tries of a silent UDP port before the slow phase: more would only spend the target's ICMP limit."""

Payloads = tuple[bytes, ...]

PAYLOADS: dict[int, Payloads] = {
    7: (services.ECHO,),
    53: (discovery.DNS_STATUS, discovery.DNS_VERSION),
    69: (services.TFTP,),
    80: (tunnels.QUIC,),
    111: (services.PORTMAP_NULL,),
    123: (services.NTP, services.NTP_CONTROL),
    137: (discovery.NETBIOS_STATUS,),
    161: (services.SNMP_1, services.SNMP_3),
    177: (discovery.XDMCP,),
    389: (services.CLDAP,),
    427: (discovery.SLP,),
    443: (tunnels.DTLS, tunnels.QUIC),
    500: (tunnels.IKE_1, tunnels.IKE_2),
    520: (discovery.RIP_1, discovery.RIP_2),
    623: (discovery.RMCP_PING, discovery.IPMI_AUTHENTICATION),
    1194: (tunnels.OPENVPN,),
    1645: (tunnels.RADIUS,),
    1701: (tunnels.L2TP,),
    1812: (tunnels.RADIUS,),
    1900: (discovery.SSDP,),
    2049: (services.NFS_NULL,),
    2123: (tunnels.GTP_1_ECHO, tunnels.GTP_2_ECHO),
    2152: (tunnels.GTP_1_ECHO,),
    3283: (discovery.APPLE_REMOTE_DESKTOP,),
    3478: (discovery.STUN,),
    3702: (discovery.WS_DISCOVERY,),
    4500: (tunnels.NOT_ESP + tunnels.IKE_1, tunnels.NOT_ESP + tunnels.IKE_2),
    5060: (services.SIP,),
    5351: (discovery.NAT_PMP, discovery.PCP),
    5353: (discovery.MDNS,),
    5355: (discovery.LLMNR,),
    5632: (discovery.PCANYWHERE_NAME, discovery.PCANYWHERE_STATUS),
    5683: (discovery.COAP,),
    6881: (services.BITTORRENT,),
    11211: (services.MEMCACHED,),
    17185: (services.WDB_PING,),
    27015: (services.SOURCE_QUERY,),
    33848: (discovery.JENKINS,),
    47808: (discovery.BACNET,),
    64738: (services.MUMBLE_PING,),
}
"""By port; every other port is sent an empty datagram."""

TFTP_PORT = 69
ALONE = (services.TFTP, tunnels.QUIC)
"""Payloads that leave from a source port of their own.

A TFTP server answers from a new port (RFC 1350 §4), so that the own one alone tells what it answers. And who reads a
capture by conversations takes all that leaves from one port for what it first spoke, TFTP or QUIC.
"""

_EMPTY: Payloads = (b"",)
_DISTINCT = (_EMPTY, *dict.fromkeys(PAYLOADS.values()))


def sent_in_try(payloads: Payloads, tries: int) -> Payloads:
    """What try ``tries`` (from 1) sends of a port's payloads, a datagram each.

    All of them together at first; in the slow phase one in turn, since each would cost a limited host an error.
    """
    if tries <= FAST_TRIES:
        return payloads
    turn = (tries - FAST_TRIES - 1) % len(payloads)
    return payloads[turn : turn + 1]


def source_of(payload: bytes) -> int:
    """Which of a try's source ports a payload leaves from, from 0; those of ``ALONE`` have one each."""
    return ALONE.index(payload) + 1 if payload in ALONE else 0


def payloads_of(port: int, tries: int) -> Payloads:
    """The datagrams of one try of a port."""
    return sent_in_try(PAYLOADS.get(port, _EMPTY), tries)


def payload_numbers(ports: npt.NDArray[np.uint16]) -> npt.NDArray[np.uint8]:
    """Which payloads each port gets, as a number for ``numbered``; 0 is one empty datagram."""
    table = np.zeros(65536, np.uint8)
    for port, payloads in PAYLOADS.items():
        table[port] = _DISTINCT.index(payloads)
    numbers: npt.NDArray[np.uint8] = table[ports]
    return numbers


def numbered(number: int) -> Payloads:
    """The payloads with this number."""
    return _DISTINCT[number]
