"""What the fields of headers are called, and what each is for: one sentence and where it stands written."""

from typing import NamedTuple


class FieldName(NamedTuple):
    """A field's name for a person, and what it is for."""

    name: str
    meaning: str = ""


LAYERS = {
    "IP": FieldName("Internet Protocol version 4", "Carries the packet from host to host (RFC 791)."),
    "IPv6": FieldName("Internet Protocol version 6", "Carries the packet from host to host (RFC 8200)."),
    "ARP": FieldName("Address Resolution Protocol", "Asks the link who has an IPv4 address (RFC 826)."),
    "TCP": FieldName("Transmission Control Protocol", "Carries a stream of bytes between two ports (RFC 9293)."),
    "UDP": FieldName("User Datagram Protocol", "Carries single messages between two ports (RFC 768)."),
    "ICMP": FieldName("Internet Control Message Protocol", "Tells of errors, and asks hosts for echoes (RFC 792)."),
    "ICMPv6": FieldName("Internet Control Message Protocol for IPv6", "Tells of errors and more (RFC 4443)."),
    "SCTP": FieldName("Stream Control Transmission Protocol", "Carries messages in associations (RFC 9260)."),
    "SCTPChunkInit": FieldName("chunk INIT", "Begins an association (RFC 9260 §3.3.2)."),
    "SCTPChunkInitAck": FieldName(
        "chunk INIT-ACK", "Agrees to an association and hands out a cookie (RFC 9260 §3.3.3)."
    ),
    "SCTPChunkCookieEcho": FieldName("chunk COOKIE-ECHO", "Sends the cookie back (RFC 9260 §3.3.11)."),
    "SCTPChunkCookieAck": FieldName("chunk COOKIE-ACK", "The association is there (RFC 9260 §3.3.12)."),
    "SCTPChunkAbort": FieldName("chunk ABORT", "Refuses or ends an association (RFC 9260 §3.3.7)."),
    "SCTPChunkError": FieldName(
        "chunk ERROR", "Tells of an error that does not end the association (RFC 9260 §3.3.10)."
    ),
    "DNS": FieldName("Domain Name System", "Asks and answers for names (RFC 1035)."),
    "Raw": FieldName("data", "What the layer below carries."),
    "Padding": FieldName("padding", "Bytes that fill up the packet and mean nothing."),
}
"""Layers by scapy's name."""

QUOTED = "quoted: {name}"
"""What an ICMP error quotes of the packet that caused it, by the name of its layer."""

FIELDS = {
    "IP.version": FieldName("version", "4 for IPv4; it tells how to read the rest."),
    "IP.ihl": FieldName("header length", "In words of four bytes; 5 where there are no options (RFC 791 §3.1)."),
    "IP.tos": FieldName("type of service", "How the packet wishes to be treated: DSCP and ECN (RFC 2474, RFC 3168)."),
    "IP.len": FieldName("total length", "The packet's length in bytes, this header included."),
    "IP.id": FieldName("identification", "The pieces of a packet that was cut have the same (RFC 6864)."),
    "IP.flags": FieldName("flags", "DF forbids to cut the packet, MF says that more pieces follow."),
    "IP.frag": FieldName("fragment offset", "Where this piece belongs, in units of eight bytes."),
    "IP.ttl": FieldName("time to live", "Every router takes one away, and drops the packet at zero."),
    "IP.proto": FieldName("protocol", "What the packet carries."),
    "IP.chksum": FieldName("header checksum", "Covers this header alone (RFC 1071)."),
    "IP.src": FieldName("source", "The address that claims to have sent it. Nobody checks that."),
    "IP.dst": FieldName("destination", "The address that it is for."),
    "IP.options": FieldName("options", "Rare; many routers drop packets that have any (RFC 7126)."),
    "ARP.hwtype": FieldName("hardware type", "1 is Ethernet."),
    "ARP.ptype": FieldName("protocol type", "0x800 is IPv4."),
    "ARP.hwlen": FieldName("hardware address length", "6 for Ethernet."),
    "ARP.plen": FieldName("protocol address length", "4 for IPv4."),
    "ARP.op": FieldName("operation", "1 asks, 2 answers."),
    "ARP.hwsrc": FieldName("sender's link address", "Who asks or answers, on the link."),
    "ARP.psrc": FieldName("sender's IP address", "Whose address that is."),
    "ARP.hwdst": FieldName("target's link address", "Zero in a question: it is what is asked for."),
    "ARP.pdst": FieldName("target's IP address", "Whom the question is about, or the answer for."),
    "IPv6.version": FieldName("version", "6 for IPv6."),
    "IPv6.tc": FieldName("traffic class", "How the packet wishes to be treated: DSCP and ECN."),
    "IPv6.fl": FieldName("flow label", "Packets that belong together may share one (RFC 6437)."),
    "IPv6.plen": FieldName("payload length", "What follows this header, in bytes."),
    "IPv6.nh": FieldName("next header", "What follows this header."),
    "IPv6.hlim": FieldName("hop limit", "Every router takes one away, and drops the packet at zero."),
    "IPv6.src": FieldName("source", "The address that claims to have sent it. Nobody checks that."),
    "IPv6.dst": FieldName("destination", "The address that it is for."),
    "TCP.sport": FieldName("source port", "With the other port and both addresses it names the connection."),
    "TCP.dport": FieldName("destination port", "The port that the segment is for."),
    "TCP.seq": FieldName("sequence number", "The number of its first byte; a SYN counts as one byte (RFC 9293 §3.4)."),
    "TCP.ack": FieldName("acknowledgment number", "The byte that the sender expects next; it counts only with ACK."),
    "TCP.dataofs": FieldName("data offset", "The header's length in words of four bytes; 5 without options."),
    "TCP.reserved": FieldName("reserved", "Zero."),
    "TCP.flags": FieldName("flags", "What the segment wants: SYN begins, ACK confirms, FIN ends, RST cuts off."),
    "TCP.window": FieldName("window", "How many bytes the sender is ready to take."),
    "TCP.chksum": FieldName(
        "checksum", "Covers header, data and both addresses. Network cards often fill it in later."
    ),
    "TCP.urgptr": FieldName("urgent pointer", "The end of urgent data; it counts only with URG."),
    "TCP.options": FieldName("options", "What the sender can do; most are agreed in the SYNs alone."),
    "UDP.sport": FieldName("source port", "Where an answer is to go."),
    "UDP.dport": FieldName("destination port", "The port that the datagram is for."),
    "UDP.len": FieldName("length", "Header and data in bytes."),
    "UDP.chksum": FieldName(
        "checksum", "Covers header, data and both addresses; 0 over IPv4 means that there is none."
    ),
    "ICMP.type": FieldName("type", "Which message it is; 3 is an unreachable destination."),
    "ICMP.code": FieldName("code", "Which case of it; of type 3, 13 is forbidden by a filter (RFC 1812 §5.2.7.1)."),
    "ICMP.chksum": FieldName("checksum", "Covers the whole message."),
    "ICMP.id": FieldName("identifier", "Tells whose echo it is."),
    "ICMP.seq": FieldName("sequence number", "Tells which echo it is."),
    "ICMP.unused": FieldName("unused", "Zero."),
    "ICMP.reserved": FieldName("unused", "Zero."),
    "ICMP.length": FieldName(
        "length", "Of the quotation, in words of four bytes; 0 where nothing follows it (RFC 4884)."
    ),
    "ICMP.nexthopmtu": FieldName(
        "next-hop MTU", "Of code 4 the largest packet that fits the next link (RFC 1191); else 0."
    ),
    "ICMPv6.type": FieldName("type", "Which message it is; 1 is an unreachable destination, below 128 are errors."),
    "ICMPv6.code": FieldName("code", "Which case of it; of type 1, 1 is forbidden by a filter (RFC 4443 §3.1)."),
    "ICMPv6.cksum": FieldName("checksum", "Covers the whole message and both addresses."),
    "ICMPv6.length": FieldName(
        "length", "Of the quotation, in words of eight bytes; 0 where nothing follows (RFC 4884)."
    ),
    "ICMPv6.unused": FieldName("unused", "Zero."),
    "ICMPv6.id": FieldName("identifier", "Tells whose echo it is."),
    "ICMPv6.seq": FieldName("sequence number", "Tells which echo it is."),
    "SCTP.sport": FieldName("source port", "With the other port and both addresses it names the association."),
    "SCTP.dport": FieldName("destination port", "The port that the packet is for."),
    "SCTP.tag": FieldName("verification tag", "The number that the receiver chose for the association; 0 with INIT."),
    "SCTP.chksum": FieldName("checksum", "CRC32c over the whole packet (RFC 9260 §6.8)."),
    "DNS.qr": FieldName("response", "0 is a question, 1 is an answer."),
    "DNS.rcode": FieldName("result", "0 is no error (RFC 1035 §4.1.1)."),
    "DNS.qd": FieldName("questions"),
    "DNS.an": FieldName("answers"),
    "DNS.ns": FieldName("authorities"),
    "DNS.ar": FieldName("additional"),
}
"""Fields by scapy's names of layer and field."""

OPTIONS = {
    0: FieldName("end of options", "Nothing after it is read."),
    1: FieldName("no operation", "Fills up to a word."),
    2: FieldName("maximum segment size", "The largest segment that the sender takes (RFC 9293 §3.7.1)."),
    3: FieldName("window scale", "Windows count in units of two to this power (RFC 7323 §2)."),
    4: FieldName("SACK permitted", "The sender understands selective acknowledgments (RFC 2018)."),
    5: FieldName("SACK", "Which bytes came out of order (RFC 2018)."),
    8: FieldName("timestamps", "The sender's clock, and the other's clock sent back (RFC 7323 §3)."),
    34: FieldName("fast open", "A cookie, to send data in the SYN (RFC 7413)."),
}
"""TCP options by their kind."""
