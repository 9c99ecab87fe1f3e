"""The words of the field that verdicts and exchanges use, each explained once."""

from tui_scan.exchange.explain_entries import Entry, Text
from tui_scan.language import translate

KIND = "word"

WORDS = {
    "handshake": Text(
        "How TCP begins a connection, in three segments: SYN (shall we talk?), SYN-ACK (yes, and you?), ACK (yes). "
        "Each side tells the other where its sequence numbers begin.",
        "A handshake does not prove that a program reads what is sent: the kernel makes it, before any program "
        "accepts.",
        "RFC 9293 §3.5",
    ),
    "half-open": Text(
        "A connection of which the third segment of the handshake has not come. A SYN scan leaves it so for a moment, "
        "and then its kernel's RST ends it. The RFC uses the word for a connection that one side has lost.",
        "It does not prove that the scan goes unseen: firewalls and detectors see the SYN.",
        "RFC 9293 §3.5.1; nmap(1), Port Scanning Techniques",
    ),
    "SYN": Text(
        "The flag that begins a connection; it carries the sequence number that the sender begins with.",
        "A SYN does not prove who sent it: its source address may be forged.",
        "RFC 9293 §3.1 and §3.5",
    ),
    "SYN-ACK": Text(
        "The answer of a side that accepts a connection: SYN and ACK in one segment.",
        "It does not prove which program answers.",
        "RFC 9293 §3.5",
    ),
    "ACK": Text(
        "The flag that says up to which number the bytes of the other side have come. Every segment of a connection "
        "but the first carries it.",
        "An ACK does not prove that a program has read the bytes: the kernel has them.",
        "RFC 9293 §3.1",
    ),
    "RST": Text(
        "Reset: the flag by which a TCP stack refuses a segment, or breaks a connection off at once. Nobody answers "
        "it.",
        "It does not prove that the host sent it: firewalls send it in a host's name.",
        "RFC 9293 §3.5.2 and §3.5.3",
    ),
    "FIN": Text(
        "The flag by which a side says that it will send no more. Each side sends its own, and each is acknowledged.",
        "It does not prove that the connection is over: the other side may still send.",
        "RFC 9293 §3.6",
    ),
    "flags": Text(
        "Single bits of the TCP header that say what a segment is for: SYN, ACK, RST, FIN, PSH, URG, and ECE, CWR of "
        "congestion control.",
        "",
        "RFC 9293 §3.1",
    ),
    "port": Text(
        "A number from 0 to 65535 beside the address, by which a host tells its conversations apart. TCP, UDP and SCTP "
        "have ports of their own: TCP 53 and UDP 53 have nothing to do with each other.",
        "A port's number does not prove which service is there: by custom 80 is HTTP, and anybody may use it for "
        "something else.",
        "RFC 6335 §6",
    ),
    "probe": Text(
        "A packet that is sent for the sake of its answer. tui_scan puts a secret number into each, so that an answer "
        "that does not carry it is not taken for one.",
        "",
        "RFC 9293 §3.10.7.1",
    ),
    "listener": Text(
        "A socket that waits for whoever comes. Its local address says from where it takes them: 0.0.0.0 or [::] from "
        "everywhere, 127.0.0.1 or [::1] from this machine only.",
        "It does not prove that others reach it: a firewall may stand before it.",
        "RFC 9293 §3.9.1; ip(7)",
    ),
    "loopback": Text(
        "The network inside a machine, 127.0.0.0/8 and ::1. What is sent there never leaves it, so only the machine's "
        "own programs reach what listens there.",
        "A scan of your own address does not prove what others see: it passes over loopback too.",
        "RFC 1122 §3.2.1.3; RFC 4291 §2.5.3",
    ),
    "dual-stack": Text(
        "A socket that listens at [::] and takes IPv4 too, unless it was told to take IPv6 only (IPV6_V6ONLY).",
        "[::] alone does not prove that IPv4 is taken, nor that it is not.",
        "RFC 3493 §5.3; ipv6(7)",
    ),
    "firewall": Text(
        "What lets some packets pass and turns others away by rules: on the host, or anywhere on the way. DROP is "
        "silent, REJECT answers.",
        "Silence does not prove one, and an answer does not prove that there is none.",
        "nft(8); RFC 2979",
    ),
    "connection-tracking": Text(
        "A firewall's memory of connections: which packets belong to one that was allowed. Without it a rule sees each "
        "packet by itself.",
        "",
        "Linux nf_conntrack; nft(8)",
    ),
    "NAT": Text(
        "A router or firewall writes other addresses or ports into packets as they pass. So an open port may lead to "
        "quite another machine.",
        "An open port behind one does not prove where the program runs.",
        "RFC 2663 §2; RFC 3022",
    ),
    "ICMP": Text(
        "The protocol of the network's own messages: errors, such as port unreachable, and echo (ping). An error "
        "quotes the beginning of the packet that it is about.",
        "An ICMP error does not prove who turned the packet away: see who sent it.",
        "RFC 792; RFC 4443",
    ),
    "IPID": Text(
        "Identification: a number in the IPv4 header by which the pieces of a cut packet are known to belong together. "
        "Hosts that count it up by one for each packet tell how many they send, and so serve as zombies of an idle "
        "scan.",
        "A number that goes up does not prove for whom the packets between were.",
        "RFC 791 §3.2; RFC 6864 §4",
    ),
    "MTU": Text(
        "Maximum transmission unit: the most bytes of an IP packet that a link carries whole; 1500 on Ethernet. What "
        "is larger is cut into fragments, or turned back by an ICMP error. --mtu cuts probes to smaller pieces.",
        "",
        "RFC 791 §3.2; RFC 8200 §5",
    ),
    "proxy": Text(
        "A program that takes connections and makes its own to the true server. So an open port may be a proxy's, and "
        "the program that answers may live elsewhere. Scans through proxies do not exist here.",
        "That the proxy's port is open does not prove that the server behind it is up.",
        "RFC 9110 §3.7",
    ),
    "TTL": Text(
        "Time to live: a number in the packet that each router lessens by one; at 0 the packet is thrown away. IPv6 "
        "calls it hop limit. Answers whose TTL differs from the rest may come from another machine.",
        "It does not prove the distance: nobody says with which number the sender began.",
        "RFC 791 §3.2; RFC 8200 §3",
    ),
    "RTT": Text(
        "Round-trip time: from a probe to its answer. The time-out is reckoned from it.",
        "",
        "RFC 6298 §2",
    ),
    "time-out": Text(
        "How long an answer is waited for. When it is over, the probe is sent again, or silence is the answer.",
        "A time-out does not prove that the host got the probe, nor that it did not.",
        "RFC 6298 §2; nmap(1), Timing and Performance",
    ),
    "rate-limit": Text(
        "A host or router sends only so many ICMP errors or RSTs a second. To be sure of closed UDP ports one must "
        "wait for each answer's turn.",
        "Silence beyond the limit does not prove anything.",
        "RFC 1812 §4.3.2.8; RFC 4443 §2.4(f)",
    ),
    "raw-socket": Text(
        "A socket by which a program writes packets itself. It needs root, or the capability CAP_NET_RAW. Without it "
        "the kernel speaks: connect() and UDP.",
        "",
        "raw(7); capabilities(7)",
    ),
    "error-queue": Text(
        "Where Linux keeps ICMP errors for a socket, with type, code and sender. So a plain user's connect() and UDP "
        "probes learn exactly why they failed.",
        "",
        "ip(7), IP_RECVERR",
    ),
    "window-size": Text(
        "How many bytes a side is ready to take now: “win” on the lines of an exchange. It stands in every segment; "
        "until both sides have agreed on a scale, it is the very number.",
        "A window does not prove how much a program reads: the kernel sets it.",
        "RFC 9293 §3.8.6; RFC 7323 §2",
    ),
    "seq": Text(
        "Sequence number: the number of the segment's first byte; a SYN and a FIN count as one byte each. The lines of "
        "an exchange count from each side's first number, so a SYN has seq=0; “raw-seq” is the number as it stands in "
        "the packet.",
        "",
        "RFC 9293 §3.4",
    ),
    "ack-number": Text(
        "“ack” on the lines of an exchange: the number of the byte that the sender expects next, so all before it has "
        "come. ack=1 answers a SYN. It counts only with the flag ACK.",
        "",
        "RFC 9293 §3.1 and §3.4",
    ),
    "mss": Text(
        "Maximum segment size: an option of SYN and SYN-ACK, by which a side says how many bytes of data it takes in "
        "one segment. 1460 fits Ethernet with IPv4 (1500 less two headers of 20 bytes).",
        "",
        "RFC 9293 §3.7.1",
    ),
    "len": Text(
        "How many bytes of data a packet carries behind its headers. Most probes carry none, and then it is not shown.",
        "",
        "RFC 9293 §3.1",
    ),
    "fragment": Text(
        "A piece of an IP packet that was cut. As a rule the first alone has the TCP or UDP header. Where the pieces "
        "are tiny (-f: eight bytes each) the TCP header itself is spread over three, and its flags are in the second. "
        "Both have fooled filters.",
        "",
        "RFC 791 §3.2; RFC 1858",
    ),
    "decoy": Text(
        "A forged copy of a probe, in the name of another machine, beside the true one.",
        "A probe's source address does not prove who scans.",
        "nmap(1), Firewall/IDS Evasion and Spoofing",
    ),
    "zombie": Text(
        "The third machine of an idle scan. It must be idle and number its packets one after the other.",
        "",
        "nmap(1), Port Scanning Techniques; RFC 6864",
    ),
}
"""The words as they are written."""

ALSO = {
    "SYN-ACK": ("syn/ack", "synack"),
    "IPID": ("ip-id", "identification", "id"),
    "MTU": ("path-mtu", "pmtu"),
    "proxy": ("proxies",),
    "fragment": ("fragments", "fragmentation"),
    "decoy": ("decoys",),
    "half-open": ("half-open-connection",),
    "probe": ("probes",),
    "window-size": ("win", "window"),
    "seq": ("sequence-number", "raw-seq"),
    "ack-number": ("ack", "acknowledgment-number", "raw-ack"),
    "mss": ("maximum-segment-size",),
    "len": ("length",),
    "flags": ("flag",),
    "RST": ("rst",),
    "handshake": ("three-way-handshake",),
    "TTL": ("hop-limit",),
    "rate-limit": ("icmp-limit",),
    "time-out": ("timeout",),
    "connection-tracking": ("conntrack",),
    "listener": ("listening",),
    "raw-socket": ("raw",),
    "NAT": ("dnat",),
}
"""Other spellings and names."""

NAMES = {
    "handshake": "three-way handshake, TCP handshake",
    "half-open": "half-open, half-open connection",
    "probe": "probe, test packet",
    "listener": "listener, listening socket",
    "loopback": "loopback, loopback interface",
    "firewall": "firewall, packet filter",
    "flags": "flags, TCP flags",
    "decoy": "decoy, forged source",
    "fragment": "fragment, fragments",
    "proxy": "proxy, proxy server",
    "time-out": "time-out, time limit",
    "rate-limit": "rate limit, rate limiting",
    "window-size": "window, receive window",
    "seq": "sequence number, sequence numbers",
    "raw-socket": "raw socket, raw sockets",
}
"""What a word is called, by commas apart: a translation has the reader's own names."""


def entries() -> list[Entry]:
    """The words."""
    return [Entry(word, KIND, text, also=(*ALSO.get(word, ()), *_names(word))) for word, text in WORDS.items()]


def _names(word: str) -> tuple[str, ...]:
    """Its names in the reader's language."""
    return tuple(translate(NAMES[word]).split(",")) if word in NAMES else ()
