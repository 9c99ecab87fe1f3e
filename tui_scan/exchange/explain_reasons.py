"""What the reasons of verdicts mean, as ``--reason`` prints them."""

from tui_scan.engine.techniques.icmp import ERRORS
from tui_scan.exchange.explain_entries import Entry, Text, readings
from tui_scan.language import translate
from tui_scan.model.reasons import Reason

_DISCOVERY = "nmap(1), Host Discovery"
_LISTENER_UNKNOWN = "It does not prove that nothing listens on the port, nor that other senders are turned away too."
_NO_HOST = "It does not prove that the host is off: a firewall can say the same."
_THERE = "It does not prove that any port of the host can be reached."

REASONS = {
    Reason.NONE: Text("There is no verdict, and so no reason.", "It does not prove anything.", "nmap(1), Output"),
    Reason.SYN_ACK: Text(
        "A SYN-ACK came: the second step of the TCP handshake. The other end accepts the connection.",
        "It does not prove which program answers: proxies and firewalls send SYN-ACK too.",
        "RFC 9293 §3.5",
    ),
    Reason.RESET: Text(
        "A RST came: the TCP stack refuses a segment that belongs to no connection and meets no listener.",
        "It does not prove that the RST came from the host: a firewall can send it in its name.",
        "RFC 9293 §3.5.2",
    ),
    Reason.CONN_REFUSED: Text(
        "connect() failed with ECONNREFUSED: your kernel got a RST. It says the same of an ICMP port unreachable, so "
        "the error queue is asked whether one stood behind it.",
        "It does not prove that the RST came from the host: a firewall can send it in its name.",
        "tcp(7); RFC 9293 §3.10.7.3",
    ),
    Reason.NO_RESPONSE: Text(
        "Nothing came back before the time-out, nor after the retries.",
        "It does not prove anything by itself: filters, losses, limits and silent programs look the same.",
        "nmap(1), Port Scanning Basics",
    ),
    Reason.UDP_RESPONSE: Text(
        "A UDP datagram came back from the port.",
        "It does not prove which program answers.",
        "RFC 768",
    ),
    Reason.SPLIT_HANDSHAKE_SYN: Text(
        "The target answered the SYN with a SYN of its own, without ACK: a simultaneous open, which ends in a "
        "connection too.",
        "It does not prove which program answers.",
        "RFC 9293 §3.5",
    ),
    Reason.NET_UNREACH: Text(
        "An ICMP error says that there is no way to the network.", _NO_HOST, "RFC 792, type 3, code 0"
    ),
    Reason.HOST_UNREACH: Text(
        "An ICMP error says that the host cannot be reached: often it does not answer on its own link.",
        _NO_HOST,
        "RFC 792, type 3, code 1; RFC 4443 §3.1, code 3",
    ),
    Reason.PROTO_UNREACH: Text(
        "An ICMP error says that the host does not speak the protocol.",
        "It does not prove that the error came from the host: firewalls reject with it too.",
        "RFC 1122 §3.2.2.1",
    ),
    Reason.PORT_UNREACH: Text(
        "An ICMP error says that the port cannot be reached. For UDP, from the host itself, that is a closed port. TCP "
        "stacks never send it: they reset. So for TCP a firewall rejects.",
        "It does not prove that the error came from the host: firewalls reject with it too.",
        "RFC 1122 §4.1.3.1 and RFC 4443 §3.1, code 4",
    ),
    Reason.NET_PROHIBITED: Text(
        "An ICMP error says that it is forbidden to talk to the network: a filter rejects.",
        _LISTENER_UNKNOWN,
        "RFC 1122 §3.2.2.1, code 9",
    ),
    Reason.HOST_PROHIBITED: Text(
        "An ICMP error says that it is forbidden to talk to the host: a filter rejects.",
        _LISTENER_UNKNOWN,
        "RFC 1122 §3.2.2.1, code 10",
    ),
    Reason.ADMIN_PROHIBITED: Text(
        "An ICMP error says that an administrator forbids the packet: a filter rejects.",
        _LISTENER_UNKNOWN,
        "RFC 1812 §5.2.7.1, code 13; RFC 4443 §3.1, code 1",
    ),
    Reason.TIME_EXCEEDED: Text(
        "With code 0 a router says that the packet's TTL (IPv6: hop limit) was used up: a loop on the way, or a TTL "
        "too small. With code 1 the destination says that not all fragments of the packet came in time.",
        _NO_HOST,
        "RFC 792, type 11; RFC 4443 §3.3",
    ),
    Reason.NO_ROUTE: Text("A router knows no way to the destination.", _NO_HOST, "RFC 4443 §3.1, code 0"),
    Reason.BEYOND_SCOPE: Text(
        "The source address is valid on a smaller part of the network than the way to the destination, as a "
        "link-local one is.",
        _NO_HOST,
        "RFC 4443 §3.1, code 2",
    ),
    Reason.REJECT_ROUTE: Text(
        "A router has a route to the destination that says: reject.", _LISTENER_UNKNOWN, "RFC 4443 §3.1, code 6"
    ),
    Reason.USER_SET: Text(
        "You said that the host is up (-Pn), or only listed it (-sL): nobody asked.",
        "It does not prove that the host is there.",
        _DISCOVERY,
    ),
    Reason.LOCALHOST_RESPONSE: Text(
        "The address is this machine's own.",
        "It does not prove that others reach the same: packets to oneself pass over loopback, and past many rules.",
        "RFC 1122 §3.2.1.3",
    ),
    Reason.ARP_RESPONSE: Text("The host answered an ARP request: it is on the same link.", _THERE, "RFC 826"),
    Reason.ND_RESPONSE: Text(
        "The host answered a neighbour solicitation, IPv6's ARP: it is on the same link.", _THERE, "RFC 4861 §7.2"
    ),
    Reason.ECHO_REPLY: Text("An ICMP echo reply came: the answer to a ping.", _THERE, "RFC 792, type 0; RFC 4443 §4.2"),
    Reason.HOST_TIMEOUT: Text(
        "The host was given up after the time that --host-timeout allows.",
        "It does not prove anything of the ports without a verdict.",
        "nmap(1), Timing and Performance",
    ),
    Reason.TIMESTAMP_REPLY: Text("An ICMP timestamp reply came.", _THERE, "RFC 792, type 14"),
    Reason.ADDRESSMASK_REPLY: Text("An ICMP address mask reply came.", _THERE, "RFC 950"),
    Reason.INIT_ACK: Text(
        "An SCTP INIT-ACK came: the second of the four packets that begin an association.",
        "It does not prove which program answers.",
        "RFC 9260 §5.1",
    ),
    Reason.ABORT: Text(
        "An SCTP ABORT came: the other end refuses, as TCP does by RST.",
        "It does not prove that the ABORT came from the host: a firewall can send it in its name.",
        "RFC 9260 §8.4",
    ),
    Reason.PROTO_RESPONSE: Text(
        "A packet of the IP protocol itself came back: the host speaks it.",
        "It does not prove that a program uses the protocol.",
        "RFC 791 §3.1 and RFC 8200 §3",
    ),
    Reason.PARAM_PROBLEM: Text(
        "An ICMPv6 error found fault with the packet. Code 1 says that the host does not know the protocol.",
        "It does not prove that the error came from the host.",
        "RFC 4443 §3.4",
    ),
    Reason.LIMITED: Text(
        "The host sends only so many answers a second, and the waiting was cut short before the turn of this one: the "
        "state is a guess, and tui_scan says so.",
        "It does not prove that state: in truth it may be closed.",
        "RFC 1812 §4.3.2.8",
    ),
    Reason.IPID_CHANGE: Text(
        "The zombie's identification went on by one more than its answers to us: it answered somebody else, the "
        "target.",
        "It does not prove that the zombie sent no packet of its own in between.",
        "RFC 791 §3.2",
    ),
    Reason.NO_IPID_CHANGE: Text(
        "The zombie's identification went on by its answers to us alone: it sent nothing to the target.",
        "It does not prove that the port is closed: a filter looks the same.",
        "RFC 791 §3.2",
    ),
    Reason.FTP_REPLY: Text(
        "The FTP server that was told to connect to the port said how that went.",
        "It does not prove what others than that server would meet.",
        "RFC 959 §5.4",
    ),
}
"""Every reason."""

KIND = "reason"


ALSO = {
    Reason.CONN_REFUSED: ("ECONNREFUSED", "connection-refused"),
    Reason.HOST_UNREACH: ("EHOSTUNREACH",),
    Reason.NET_UNREACH: ("ENETUNREACH",),
    Reason.NO_RESPONSE: ("ETIMEDOUT", "silence"),
}
"""The same in the kernel's words (errno(3)), and in others."""


def entries() -> list[Entry]:
    """The reasons, with the ICMP messages that give them, and what the scan types make of them."""
    found = []
    for reason, text in REASONS.items():
        word = reason.label if reason else "none"
        found.append(Entry(word, KIND, text, (*_messages(reason), *readings(reason=reason)), ALSO.get(reason, ())))
    return found


def _messages(reason: Reason) -> tuple[str, ...]:
    """``ICMP 3/13, ICMPv6 1/1, ICMPv6 1/5``: type and code, one line, where ICMP errors give the reason."""
    told = [
        f"ICMP{'v6' if error.family == 6 else ''} {error.type}/{'*' if code is None else code}"
        for error in ERRORS
        if error.reason is reason
        for code in error.codes or (None,)
    ]
    return (translate("ICMP messages (type/code): {messages}", messages=", ".join(told)),) if told else ()
