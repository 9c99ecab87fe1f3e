"""Frames in and out of a simulated host: Ethernet, ARP, IPv4, IPv6, and the checksums."""

import struct
from dataclasses import dataclass

from tui_scan.lab.simulated import sctp

ARP, IPV4, IPV6 = 0x0806, 0x0800, 0x86DD
ICMP, TCP, UDP, ICMP6, SCTP = 1, 6, 17, 58, 132
_SUM_AT = {TCP: 16, UDP: 6, ICMP: 2, ICMP6: 2}

_ARP_REQUEST = bytes.fromhex("0001080006040001")
_ARP_REPLY = bytes.fromhex("0001080006040002")


@dataclass(frozen=True, slots=True)
class Datagram:
    """A received IP packet: addresses in network order, what it carries, and the whole of it to quote."""

    sender_mac: bytes
    family: int
    source: bytes
    destination: bytes
    protocol: int
    payload: bytes
    packet: bytes


def checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    if len(data) % 2:
        data += b"\0"
    total: int = sum(struct.unpack(f">{len(data) // 2}H", data))
    total = (total & 0xFFFF) + (total >> 16)
    return ~(total + (total >> 16)) & 0xFFFF


def read(frame: bytes) -> Datagram | None:
    """The IP packet in a frame; None for others, for fragments and for what is cut short."""
    kind = int.from_bytes(frame[12:14], "big")
    packet = frame[14:]
    if kind == IPV4 and len(packet) >= 20:
        header = (packet[0] & 15) * 4
        length = int.from_bytes(packet[2:4], "big")
        fragment = int.from_bytes(packet[6:8], "big") & 0x3FFF
        if packet[0] >> 4 != 4 or header < 20 or not header <= length <= len(packet) or fragment:
            return None
        packet = packet[:length]
        return Datagram(frame[6:12], 4, packet[12:16], packet[16:20], packet[9], packet[header:], packet)
    if kind == IPV6 and len(packet) >= 40:
        length = 40 + int.from_bytes(packet[4:6], "big")
        if packet[0] >> 4 != 6 or length > len(packet):
            return None
        packet = packet[:length]
        return Datagram(frame[6:12], 6, packet[8:24], packet[24:40], packet[6], packet[40:], packet)
    return None


def has_right_sum(datagram: Datagram) -> bool:
    """Whether the transport checksum is right, as far as the protocol has one; SCTP looks at its own."""
    at = _SUM_AT.get(datagram.protocol)
    body = datagram.payload
    if at is None or len(body) < at + 2:
        return True
    if datagram.protocol == UDP and body[at : at + 2] == b"\0\0":
        return datagram.family == 4
    return checksum(_pseudo(datagram.source, datagram.destination, datagram.protocol, body) + body) == 0


def _pseudo(source: bytes, destination: bytes, protocol: int, payload: bytes) -> bytes:
    """What a checksum takes in beside the payload; ICMP of IPv4 nothing."""
    if protocol == ICMP:
        return b""
    lengths = ">HH" if len(source) == 4 else ">II"
    first, second = (protocol, len(payload)) if len(source) == 4 else (len(payload), protocol)
    return source + destination + struct.pack(lengths, first, second)


def with_checksum(source: bytes, destination: bytes, protocol: int, payload: bytes, offset: int) -> bytes:
    """The payload with the checksum over the pseudo-header (RFC 9293 §3.1, RFC 8200 §8.1) at ``offset``.

    ICMP over IPv4 has no pseudo-header (RFC 792), and SCTP another checksum.
    """
    if protocol == SCTP:
        return sctp.with_checksum(payload)
    value = checksum(_pseudo(source, destination, protocol, payload) + payload)
    if protocol == UDP and value == 0:
        value = 0xFFFF
    return payload[:offset] + value.to_bytes(2, "big") + payload[offset + 2 :]


def packet(source: bytes, destination: bytes, protocol: int, payload: bytes, ttl: int, ident: int) -> bytes:
    """An IP packet (RFC 791, RFC 8200); ``ident`` is the IPv4 identification."""
    if len(source) == 16:
        return struct.pack(">IHBB", 6 << 28, len(payload), protocol, ttl) + source + destination + payload
    header = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), ident & 0xFFFF, 0x4000, ttl, protocol, 0)
    header += source + destination
    return header[:10] + checksum(header).to_bytes(2, "big") + header[12:] + payload


def ethernet(destination: bytes, source: bytes, ip: bytes) -> bytes:
    """A frame around an IP packet."""
    kind = IPV4 if ip[0] >> 4 == 4 else IPV6
    return destination + source + kind.to_bytes(2, "big") + ip


def arp_reply(frame: bytes, mac: bytes, addresses: frozenset[bytes]) -> bytes | None:
    """The reply to an ARP request for one of ``addresses`` (RFC 826), else None."""
    if int.from_bytes(frame[12:14], "big") != ARP or frame[14:22] != _ARP_REQUEST:
        return None
    sender_mac, sender, wanted = frame[22:28], frame[28:32], frame[38:42]
    if wanted not in addresses:
        return None
    return sender_mac + mac + ARP.to_bytes(2, "big") + _ARP_REPLY + mac + wanted + sender_mac + sender


def advertisement(asked: Datagram, mac: bytes, addresses: frozenset[bytes]) -> bytes | None:
    """The frame that answers a neighbour solicitation for one of ``addresses`` (RFC 4861 §7.2.4), else None."""
    body = asked.payload
    if asked.protocol != ICMP6 or body[:1] != b"\x87" or body[8:24] not in addresses:
        return None
    wanted = body[8:24]
    answer = struct.pack(">BBHI", 136, 0, 0, 0x60000000) + wanted + b"\x02\x01" + mac
    answer = with_checksum(wanted, asked.source, ICMP6, answer, 2)
    return ethernet(asked.sender_mac, mac, packet(wanted, asked.source, ICMP6, answer, 255, 0))
