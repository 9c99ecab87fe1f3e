"""What is often believed of scans, and what the rules say: each with its source."""

from typing import NamedTuple

from tui_scan.exchange.explain_entries import Entry, Text

KIND = "what is often believed"
WORD = "misconceptions"
"""The word that tells them all."""


class Misconception(NamedTuple):
    """What is believed, and what is so."""

    belief: str
    truth: str
    source: str


MISCONCEPTIONS = (
    Misconception(
        "No answer means that the port is closed.",
        "A closed port answers: RST for TCP, ICMP port unreachable for UDP. Silence is a filter, a loss or a limit.",
        "RFC 9293 §3.10.7.1; RFC 1122 §4.1.3.1",
    ),
    Misconception(
        "Filtered means that nothing listens.",
        "It means that nobody knows. A program may listen behind the filter, and others may be let through.",
        "nmap(1), Port Scanning Basics",
    ),
    Misconception(
        "A RST proves that there is no firewall.",
        "A firewall can reject with a RST in the host's name, and it looks just the same.",
        "RFC 9293 §3.5.2; nft(8)",
    ),
    Misconception(
        "An ACK scan finds open ports.",
        "Open and closed ports reset a stray ACK alike. It tells what a filter lets through.",
        "RFC 9293 §3.10.7.1 and §3.10.7.2",
    ),
    Misconception(
        "Unfiltered means open.",
        "It means that the probe came through. Whether the port is open takes another scan type.",
        "nmap(1), Port Scanning Basics",
    ),
    Misconception(
        "open|filtered is probably open.",
        "It says that silence cannot tell the two apart. Before a firewall that drops, every port looks so.",
        "nmap(1), Port Scanning Basics",
    ),
    Misconception(
        "A closed UDP port always answers.",
        "It should, and hosts limit these answers: Linux sends about one a second to the same address.",
        "RFC 1122 §4.1.3.1; RFC 1812 §4.3.2.8; icmp(7)",
    ),
    Misconception(
        "FIN, NULL and Xmas scans work everywhere.",
        "They need a stack that drops them on open ports. Windows resets them there too, so every port looks closed.",
        "RFC 9293 §3.10.7.2; nmap(1), Port Scanning Techniques",
    ),
    Misconception(
        "A SYN scan is invisible.",
        "The program that listens does not learn of it, for the handshake is never completed. Firewalls, detectors and "
        "every capture see the SYN.",
        "nmap(1), Port Scanning Techniques",
    ),
    Misconception(
        "No ping means that the host is down.",
        "Many firewalls drop pings and let others through. -Pn scans all the same.",
        "nmap(1), Host Discovery",
    ),
    Misconception(
        "An open port is a process on that host.",
        "A router, a proxy or a load balancer may answer, and the process may run elsewhere.",
        "RFC 2663 §2",
    ),
    Misconception(
        "Scanning my own address shows what others see.",
        "Packets to an own address go over loopback and pass none of the rules for the network's interface.",
        "RFC 1122 §3.2.1.3; nft(8)",
    ),
    Misconception(
        ":::80 listens on IPv6 only.",
        "On Linux a socket at [::] takes IPv4 too, unless IPV6_V6ONLY is set.",
        "RFC 3493 §5.3; ipv6(7)",
    ),
    Misconception(
        "netstat shows what can be reached.",
        "It shows what listens. A firewall may keep others away, and a router may lead them where nothing local "
        "listens.",
        "netstat(8); nft(8)",
    ),
    Misconception(
        "ECONNREFUSED means that a RST came.",
        "An ICMP port unreachable gives the same error. The error queue tells them apart.",
        "ip(7), IP_RECVERR; RFC 1122 §4.2.3.9",
    ),
    Misconception(
        "TCP 53 and UDP 53 are the same port.",
        "Each protocol has its own ports. One may be open and the other closed.",
        "RFC 6335 §6",
    ),
    Misconception(
        "A stateful firewall always drops stray ACKs.",
        "Linux takes a stray ACK for a connection that began before it looked, unless nf_conntrack_tcp_loose is 0.",
        "Linux nf_conntrack: net.netfilter.nf_conntrack_tcp_loose",
    ),
)
"""Each belief with what is so."""


def entries() -> list[Entry]:
    """One entry a belief, all under one word."""
    return [Entry(one.belief, KIND, Text(one.truth, "", one.source), also=(WORD,)) for one in MISCONCEPTIONS]
