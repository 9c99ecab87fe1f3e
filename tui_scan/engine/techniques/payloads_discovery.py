"""Datagrams that services which tell who and where they are answer: names, neighbours, addresses."""

import struct

IDENTIFIER = 0x7C53
"""The transaction number in every datagram that has one; an answer is known by its addresses and ports."""


def _question(flags: int, name: bytes, kind: int, family: int, identifier: int = IDENTIFIER) -> bytes:
    """A DNS message with one question; ``name`` as labels, ``kind`` and ``family`` the QTYPE and QCLASS."""
    return struct.pack(">6H", identifier, flags, 1, 0, 0, 0) + name + struct.pack(">2H", kind, family)


DNS_STATUS = struct.pack(">6H", IDENTIFIER, 2 << 11, 0, 0, 0, 0)
"""A server status request (RFC 1035 §4.1.1, opcode 2)."""

DNS_VERSION = _question(0x0100, b"\x07version\x04bind\x00", 16, 3)
"""The TXT record ``version.bind`` of class CHAOS (RFC 4892 §2)."""

MDNS = _question(0, b"\x09_services\x07_dns-sd\x04_udp\x05local\x00", 12, 0x8001, 0)
"""Which service types there are, to be answered by unicast (RFC 6763 §9, RFC 6762 §5.4)."""

LLMNR = _question(0, b"\x09localhost\x00", 1, 1)
"""The address of a name (RFC 4795 §2.1)."""

NETBIOS_STATUS = _question(0x0010, b"\x20CK" + b"A" * 30 + b"\x00", 0x21, 1)
"""A node status request for ``*`` (RFC 1002 §4.2.17)."""

SSDP = b'M-SEARCH * HTTP/1.1\r\nHost: 239.255.255.250:1900\r\nMan: "ssdp:discover"\r\nMX: 1\r\nST: ssdp:all\r\n\r\n'
"""A search for all devices (UPnP Device Architecture 2.0 §1.3.2)."""

_SLP_BODY = b"".join(
    struct.pack(">H", len(text)) + text for text in (b"", b"service:service-agent", b"default", b"", b"")
)
SLP = struct.pack(">BBBHHBHHH", 2, 1, 0, 16 + len(_SLP_BODY), 0x2000, 0, 0, IDENTIFIER, 2) + b"en" + _SLP_BODY
"""A service request for service agents (RFC 2608 §8.1)."""

WS_DISCOVERY = (
    b'<?xml version="1.0"?><e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" '
    b'xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
    b'xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><e:Header><w:MessageID>urn:uuid:'
    b"7c530000-0000-4000-8000-000000000001</w:MessageID><w:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery"
    b"</w:To><w:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</w:Action></e:Header>"
    b"<e:Body><d:Probe/></e:Body></e:Envelope>"
)
"""A probe for all targets (OASIS WS-Discovery 1.1 §5.2)."""

NAT_PMP = bytes(2)
"""A request for the external address (RFC 6886 §3.2)."""

PCP = struct.pack(">BBHI", 2, 0, 0, 0) + bytes(16)
"""An announce request (RFC 6887 §14.1); its client address is nobody's, and that is answered too."""

RIP_1, RIP_2 = (struct.pack(">BBHHHIIII", 1, version, 0, 0, 0, 0, 0, 0, 16) for version in (1, 2))
"""Requests for the whole routing table (RFC 1058 §3.4.1, RFC 2453 §3.9.1)."""

XDMCP = struct.pack(">HHHB", 1, 2, 1, 0)
"""A query without authentication names (X Display Manager Control Protocol 1.1 §4)."""

COAP = struct.pack(">BBH", 0x40, 0x01, IDENTIFIER) + b"\xbb.well-known\x04core"
"""GET /.well-known/core (RFC 7252 §3, RFC 6690 §4)."""

STUN = struct.pack(">HHI", 1, 0, 0x2112A442) + b"tui_scan-txn"
"""A binding request (RFC 8489 §5)."""

RMCP_PING = struct.pack(">BBBBIBBBB", 6, 0, 255, 6, 4542, 0x80, 0, 0, 0)
"""A presence ping (DMTF ASF 2.0 §3.2.4.2)."""

IPMI_AUTHENTICATION = bytes.fromhex("0600ff07" + "00" + "00000000" * 2 + "09" + "2018c8" + "8100388e04b5")
"""Get Channel Authentication Capabilities, outside any session (IPMI 2.0 §22.13, §13.8)."""

BACNET = bytes.fromhex("810a0011" + "0104" + "0005010c" + "0c023fffff" + "194b")
"""Read the object identifier of whichever device this is (ASHRAE 135 §15.5, annex J)."""

PCANYWHERE_NAME, PCANYWHERE_STATUS = b"NQ", b"ST"
"""What pcAnywhere's own remotes ask a host for: its name and its status."""

APPLE_REMOTE_DESKTOP = bytes.fromhex("00140000")
"""Apple's net-assistant: what it asks a computer for to list it."""

JENKINS = b"\n"
"""Jenkins' discovery answers any datagram."""
