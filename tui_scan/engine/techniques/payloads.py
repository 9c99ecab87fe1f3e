"""UDP payloads: the datagram that makes a service of a port answer, written from each protocol's RFC."""

import struct

import numpy as np
import numpy.typing as npt

_DNS_QUERY = struct.pack(">HHHHHH", 0x7C53, 0x0100, 1, 0, 0, 0) + b"\x00" + struct.pack(">HH", 2, 1)
_MDNS = (
    struct.pack(">HHHHHH", 0, 0, 1, 0, 0, 0)
    + b"\x09_services\x07_dns-sd\x04_udp\x05local\x00"
    + struct.pack(">HH", 12, 0x8001)
)
_NETBIOS = (
    struct.pack(">HHHHHH", 0x80F0, 0x0010, 1, 0, 0, 0) + b"\x20CK" + b"A" * 30 + b"\x00" + struct.pack(">HH", 0x21, 1)
)
_NTP = struct.pack(">BBbb", 0xE3, 0, 4, -6) + bytes(36) + bytes.fromhex("c54f234b71b152f3")
_SNMP = bytes.fromhex("302602010004067075626c6963a11902047c530001020100020100300b300906052b060102010500")
_SIP = (
    b"OPTIONS sip:nm SIP/2.0\r\nVia: SIP/2.0/UDP nm;branch=z9hG4bK7c53\r\nFrom: <sip:nm@nm>;tag=1\r\n"
    b"To: <sip:nm@nm>\r\nCall-ID: 7c53\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
)
_SSDP = b'M-SEARCH * HTTP/1.1\r\nHost: 239.255.255.250:1900\r\nMan: "ssdp:discover"\r\nMX: 1\r\nST: ssdp:all\r\n\r\n'
_RPC_NULL = struct.pack(">IIIIIIIIII", 0x7C535343, 0, 2, 100000, 2, 0, 0, 0, 0, 0)
_TFTP = struct.pack(">H", 1) + b"tui_scan\x00octet\x00"
_RIP = struct.pack(">BBHHHIIII", 1, 1, 0, 0, 0, 0, 0, 0, 16)
_CLDAP = bytes.fromhex("3025020101632004000a01000a0100020100020100010100870b6f626a656374436c6173733000")
_L2TP = struct.pack(">HHHHHH", 0xC802, 20, 0, 0, 0, 0) + struct.pack(">HHHH", 0x8008, 0, 0, 1)
_IKE = (
    bytes.fromhex("7c53000000000001")
    + bytes(8)
    + struct.pack(">BBBBII", 1, 0x10, 2, 0, 0, 84)
    + struct.pack(">BBHIIBBHBBBB", 0, 0, 56, 1, 1, 0, 0, 44, 1, 1, 0, 1)
    + struct.pack(">BBHBBH", 0, 0, 36, 1, 1, 0)
    + bytes.fromhex("80010005800200028003000180040002800b0001000c000400007080")
)
_COAP = struct.pack(">BBH", 0x40, 0x01, 0x7C53) + b"\xbb.well-known\x04core"
_RADIUS = struct.pack(">BBH", 12, 1, 20) + bytes(16)
_MEMCACHED = struct.pack(">HHHH", 0x7C53, 0, 1, 0) + b"version\r\n"
_NAT_PMP = bytes(2)
_RMCP_PING = bytes.fromhex("0600ff06000011be80000000")
_STUN = struct.pack(">HHI", 1, 0, 0x2112A442) + b"tui_scan-txn"
_OPENVPN = b"\x38" + bytes.fromhex("7c53000000000001") + bytes(5)
_BACNET = bytes.fromhex("810a001101040005010c0c023fffff194b")
_SOURCE_QUERY = b"\xff\xff\xff\xffTSource Engine Query\x00"
_BITTORRENT = b"d1:ad2:id20:tui_scan0123456789abe1:q4:ping1:t2:ts1:y1:qe"
_SLP = (
    b"\x02\x01\x00\x00\x36\x20\x00\x00\x00\x00\x7c\x53\x00\x02en"
    b"\x00\x00\x00\x15service:service-agent\x00\x07default\x00\x00\x00\x00"
)
_XDMCP = struct.pack(">HHHB", 1, 2, 1, 0)
_WS_DISCOVERY = (
    b'<?xml version="1.0"?><e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" '
    b'xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
    b'xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><e:Header><w:MessageID>urn:uuid:'
    b"7c530000-0000-4000-8000-000000000001</w:MessageID><w:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery"
    b"</w:To><w:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</w:Action></e:Header>"
    b"<e:Body><d:Probe/></e:Body></e:Envelope>"
)
_GTP_ECHO = bytes.fromhex("3201000400000000") + bytes(4)
_MUMBLE_PING = bytes(4) + b"tui_scan"

PAYLOADS: dict[int, bytes] = {
    7: b"tui_scan\r\n",
    53: _DNS_QUERY,
    69: _TFTP,
    80: _STUN,
    111: _RPC_NULL,
    123: _NTP,
    137: _NETBIOS,
    161: _SNMP,
    177: _XDMCP,
    389: _CLDAP,
    427: _SLP,
    500: _IKE,
    520: _RIP,
    623: _RMCP_PING,
    1194: _OPENVPN,
    1645: _RADIUS,
    1701: _L2TP,
    1812: _RADIUS,
    1900: _SSDP,
    2049: _RPC_NULL[:12] + struct.pack(">I", 100003) + struct.pack(">I", 3) + bytes(20),
    2123: _GTP_ECHO,
    2152: _GTP_ECHO,
    3478: _STUN,
    3702: _WS_DISCOVERY,
    4500: bytes(4) + _IKE,
    5060: _SIP,
    5351: _NAT_PMP,
    5353: _MDNS,
    5355: _DNS_QUERY,
    5683: _COAP,
    6881: _BITTORRENT,
    11211: _MEMCACHED,
    27015: _SOURCE_QUERY,
    47808: _BACNET,
    64738: _MUMBLE_PING,
}
"""By port. Sources: RFC 862, 1035, 6762, 1002, 5905, 1157, 3261, 5531, 1350, 2453, 3377, 2661, 2408, 7252,
2865 (status server: 5997), 5389, 6886, 2608, 1813; BEP 5 (BitTorrent DHT), 3GPP TS 29.060 (GTP), ASHRAE 135
(BACnet), UPnP Device Architecture (SSDP), OASIS WS-Discovery, DMTF ASF (RMCP)."""

_DISTINCT = (b"", *dict.fromkeys(PAYLOADS.values()))


def payload_numbers(ports: npt.NDArray[np.uint16]) -> npt.NDArray[np.uint8]:
    """Which payload each port gets, as a number for ``payload``; 0 is the empty one."""
    table = np.zeros(65536, np.uint8)
    for port, content in PAYLOADS.items():
        table[port] = _DISTINCT.index(content)
    numbers: npt.NDArray[np.uint8] = table[ports]
    return numbers


def payload(number: int) -> bytes:
    """The payload with this number."""
    return _DISTINCT[number]
