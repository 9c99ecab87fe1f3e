"""A packet's bytes as one step, dissected by scapy; any bytes give a step, never an error."""

import logging
import threading
from functools import cache
from types import SimpleNamespace
from typing import Any

from tui_scan.exchange.arp import ARP, arp_words
from tui_scan.exchange.icmp_names import icmp_summary
from tui_scan.exchange.sctp_names import SCTP, sctp_fields, sctp_quoted
from tui_scan.exchange.steps import Direction, Kind, Step
from tui_scan.exchange.tcp_names import flag_names, options_text
from tui_scan.language import translate
from tui_scan.model.packets import Origin, Packet
from tui_scan.model.techniques import Protocol
from tui_scan.services.names import service_name

KERNEL_NOTE = "your own kernel: it knows of no such connection"
KERNEL_REFUSES = "your own kernel: it does not speak this protocol"
OWN_FILTER = "your own machine: it refuses the answer, as a firewall does"
_NOT_SPOKEN = frozenset({(4, 3, 2), (6, 4, 1)})
"""Protocol unreachable, and an unrecognized next header (RFC 792, RFC 4443 §3.4): family, type and code."""
_IPV6_HEADER = 40
_MORE, _OFFSET = 0x2000, 0x1FFF
_PIECE = _MORE | _OFFSET
"""The flag that more fragments follow, and the fragment offset."""
_OUT = frozenset({Origin.SCANNER, Origin.KERNEL})


def warm() -> threading.Thread:
    """Import scapy in a background thread, so that the first exchange a person looks at comes at once."""
    thread = threading.Thread(target=_layers, name="warm scapy", daemon=True)
    thread.start()
    return thread


@cache
def _layers() -> Any:
    """scapy's layers, loaded at first need: the import takes a third of a second."""
    # scapy warns on standard error about interfaces without an address, which would tear the interface.
    logging.getLogger("scapy.runtime").setLevel(logging.CRITICAL)
    from scapy.layers import inet, inet6, l2

    return SimpleNamespace(
        arp=l2.ARP,
        ip=inet.IP,
        ipv6=inet6.IPv6,
        tcp=inet.TCP,
        udp=inet.UDP,
        icmp=inet.ICMP,
        icmpv6=inet6._ICMPv6,
        quoted=(inet.TCPerror, inet.UDPerror),
        quoted_ip=(inet.IPerror, inet6.IPerror6),
    )


def decode(packet: Packet, t_us: float | None) -> Step:
    """Dissect one packet into a step; relative numbers are left to the story, which sees all packets."""
    base: dict[str, Any] = {
        "t_us": t_us,
        "kind": Kind.PACKET,
        "origin": packet.origin,
        "direction": Direction.OUT if packet.origin in _OUT else Direction.IN,
        "try_number": packet.try_number,
    }
    try:
        return Step(**{**base, **_fields(packet)})
    except Exception:  # scapy raises whatever struct, enum and socket do on damaged bytes
        return Step(**base, summary=f"{len(packet.data)} bytes that cannot be read")


def dissected(data: bytes) -> Any:
    """scapy's layers of a packet that begins with its IP header, or of ARP; raises what scapy does on damaged bytes."""
    layers = _layers()
    if data.startswith(ARP):
        return layers.arp(data)
    return layers.ip(data) if data[0] >> 4 == 4 else layers.ipv6(data)


def _fields(packet: Packet) -> dict[str, Any]:
    layers, version = _layers(), packet.data[0] >> 4
    if packet.data.startswith(ARP):
        return {"summary": arp_words(packet.data)}
    if version not in (4, 6):
        return {"summary": f"{len(packet.data)} bytes that are no IP packet"}
    if version == 4 and (place := int.from_bytes(packet.data[6:8])) & _PIECE:
        return _fragment(packet, place)
    ip = layers.ip(packet.data) if version == 4 else layers.ipv6(packet.data)
    fields: dict[str, Any] = {"ttl": ip.ttl if version == 4 else ip.hlim, "sender": ip.src}
    for layer, read in ((layers.tcp, _tcp), (layers.udp, _udp), (layers.icmp, _icmp), (layers.icmpv6, _icmp)):
        # An ICMP error quotes the probe: TCPerror and UDPerror are no TCP and no UDP of this packet.
        found = next((part for part in _own_layers(ip, layers) if isinstance(part, layer)), None)
        if found is not None:
            return fields | read(found, packet, _payload_offset(ip, found))
    protocol = ip.proto if version == 4 else ip.nh
    start = 4 * ip.ihl if version == 4 else _IPV6_HEADER
    if protocol == SCTP:
        return fields | sctp_fields(packet.data[start:], packet.wire_length - start)
    length = max(0, packet.wire_length - start)
    note = "" if length else translate("an empty packet")
    return fields | {"summary": _protocol_words(protocol), "payload_length": length, "note": note}


def _fragment(packet: Packet, place: int) -> dict[str, Any]:
    """A piece of an IPv4 packet (RFC 791 §3.2); ``place`` are the header's flags and fragment offset."""
    data, head = packet.data, 4 * (packet.data[0] & 15)
    first, length = 8 * (place & _OFFSET), max(0, packet.wire_length - head)
    return {
        "summary": f"IP fragment of {_protocol_words(data[9])}, bytes {first} to {first + length - 1}",
        "ttl": data[8],
        "sender": ".".join(map(str, data[12:16])),
        "note": translate("more follow") if place & _MORE else translate("the last"),
    }


def _protocol_words(number: int) -> str:
    """``IP protocol 47 (gre)``."""
    name = service_name(Protocol.IP, number)
    return f"IP protocol {number}" + (f" ({name})" if name else "")


def _own_layers(ip: Any, layers: Any) -> list[Any]:
    own: list[Any] = []
    part = ip.payload
    while part and not isinstance(part, layers.quoted):
        own.append(part)
        if isinstance(part, (layers.tcp, layers.udp, layers.icmp, layers.icmpv6)):
            break
        part = part.payload
    return own


def _payload_offset(ip: Any, transport: Any) -> int:
    """Where the transport header begins, in bytes from the start of the packet."""
    return len(ip.original) - len(transport.original)


def _tcp(tcp: Any, packet: Packet, offset: int) -> dict[str, Any]:
    flags = str(tcp.flags)
    return {
        "summary": flag_names(flags),
        "flags": flags,
        "seq": tcp.seq,
        "ack": tcp.ack,
        "window": tcp.window,
        "options": options_text(tcp.options),
        "payload_length": max(0, packet.wire_length - offset - 4 * (tcp.dataofs or 5)),
        "note": translate(KERNEL_NOTE) if packet.origin is Origin.KERNEL and "R" in flags else "",
    }


def _udp(udp: Any, packet: Packet, offset: int) -> dict[str, Any]:
    length = max(0, packet.wire_length - offset - 8)
    return {"summary": "UDP", "payload_length": length, "note": "" if length else translate("an empty datagram")}


def _icmp(icmp: Any, packet: Packet, offset: int) -> dict[str, Any]:
    family = packet.data[0] >> 4
    return {
        "summary": icmp_summary(family, icmp.type, icmp.code),
        "payload_length": max(0, packet.wire_length - offset - 8),
        "note": "; ".join(filter(None, (_refusal(packet, (family, icmp.type, icmp.code)), _quotation(icmp)))),
    }


def _refusal(packet: Packet, kind: tuple[int, int, int]) -> str:
    """Why this machine refuses an answer; empty where somebody else refuses."""
    if packet.origin is not Origin.KERNEL:
        return ""
    return translate(KERNEL_REFUSES if kind in _NOT_SPOKEN else OWN_FILTER)


def _quotation(icmp: Any) -> str:
    """Which probe an ICMP error quotes (RFC 792, RFC 4443 §3.1); empty where it quotes none."""
    layers = _layers()
    quoted, part = None, icmp.payload
    while part and not isinstance(part, layers.quoted):
        quoted = part if isinstance(part, layers.quoted_ip) else quoted
        part = part.payload
    if part:
        protocol = "TCP" if isinstance(part, layers.quoted[0]) else "UDP"
        return translate("quotes {protocol} to port {port}", protocol=protocol, port=part.dport)
    if quoted is None:
        return ""
    number = quoted.proto if isinstance(quoted, layers.quoted_ip[0]) else quoted.nh
    behind = bytes(quoted.payload)
    return translate("quotes {packet}", packet=sctp_quoted(behind) if number == SCTP else _protocol_words(number))
