"""What the scan types do, and how each reads what comes back."""

from tui_scan.engine.techniques import registry
from tui_scan.exchange.explain import scan_name
from tui_scan.exchange.explain_entries import Entry, Text, reading
from tui_scan.model.techniques import TECHNIQUES, Technique

_TECHNIQUES = "nmap(1), Port Scanning Techniques"
_SILENT_PROTOCOL = "Its silence does not prove that the host speaks a protocol: filters and losses look the same."
_SILENT = "Its silence does not prove that a port is open: filters and losses look the same."

SCANS = {
    Technique.SYN: Text(
        "Sends a SYN, the first of the three segments of the TCP handshake, and never the third. So most programs "
        "never learn of it; firewalls and detectors do.",
        "An open port does not prove which program listens, and silence proves no firewall.",
        f"{_TECHNIQUES}; RFC 9293 §3.5",
    ),
    Technique.CONNECT: Text(
        "Has the kernel make the whole TCP handshake by connect(). It needs no privilege, and the program that "
        "listens may log it.",
        "An open port does not prove which program listens, and silence proves no firewall.",
        f"{_TECHNIQUES}; RFC 9293 §3.5",
    ),
    Technique.ACK: Text(
        "Sends an ACK that belongs to no connection. Open and closed ports reset it alike, so it never finds open "
        "ports: it tells which ports a filter lets a stray ACK through to.",
        "It does not prove that a SYN would come through too.",
        f"{_TECHNIQUES}; RFC 9293 §3.10.7.1 and §3.10.7.2",
    ),
    Technique.WINDOW: Text(
        "Sends a stray ACK as the ACK scan does, and looks at the window of the RST. A few old stacks fill it for open "
        "ports only.",
        "On stacks of today it proves nothing: where all ports look alike, do not believe it.",
        f"{_TECHNIQUES}; RFC 9293 §3.10.7.1",
    ),
    Technique.MAIMON: Text(
        "Sends FIN and ACK together. Every port should reset that, but stacks derived from BSD drop it where a program "
        "listens. Named after Uriel Maimon, who described it.",
        _SILENT,
        f"{_TECHNIQUES}; RFC 9293 §3.10.7.2",
    ),
    Technique.NULL: Text(
        "Sends a segment without any flag. A closed port resets it, a listening one drops it.",
        _SILENT,
        f"{_TECHNIQUES}; RFC 9293 §3.10.7.2",
    ),
    Technique.FIN: Text(
        "Sends a FIN, the end of a connection that never was. A closed port resets it, a listening one drops it.",
        _SILENT,
        f"{_TECHNIQUES}; RFC 9293 §3.10.7.2",
    ),
    Technique.XMAS: Text(
        "Sends FIN, PSH and URG, lit like a Christmas tree. A closed port resets it, a listening one drops it.",
        _SILENT,
        f"{_TECHNIQUES}; RFC 9293 §3.10.7.2",
    ),
    Technique.UDP: Text(
        "Sends a datagram, with a question in the port's own protocol where one is known. UDP has no handshake: only a "
        "program's answer proves an open port, and only an ICMP port unreachable a closed one.",
        _SILENT,
        f"{_TECHNIQUES}; RFC 768 and RFC 1122 §4.1.3.1",
    ),
    Technique.SCTP_INIT: Text(
        "Sends an INIT, the first of the four packets that begin an SCTP association, and never the third: the SYN "
        "scan of SCTP.",
        "An open port does not prove which program listens, and silence proves no firewall.",
        f"{_TECHNIQUES}; RFC 9260 §5.1",
    ),
    Technique.SCTP_COOKIE_ECHO: Text(
        "Sends the third packet of an SCTP association that was never begun. A closed port refuses it, a listening one "
        "drops it.",
        _SILENT,
        f"{_TECHNIQUES}; RFC 9260 §5.1.5",
    ),
    Technique.IP_PROTOCOL: Text(
        "Sends a packet of each IP protocol, such as ICMP, TCP, UDP, GRE or SCTP. It tells which protocols the host "
        "speaks: the numbers are those of protocols, not of ports.",
        _SILENT_PROTOCOL,
        f"{_TECHNIQUES}; RFC 1122 §3.2.2.1",
    ),
    Technique.IDLE: Text(
        "Sends SYNs in the name of a third machine, the zombie, and sees by the numbers of the zombie's packets what "
        "came of them.",
        "It does not prove how the port answers others than the zombie.",
        f"{_TECHNIQUES}; RFC 791 §3.2 and RFC 6864",
    ),
    Technique.BOUNCE: Text(
        "Tells an FTP server to connect to the port. Servers of today refuse that.",
        "It does not prove how the port answers others than that server.",
        f"{_TECHNIQUES}; RFC 959 §4.1.2 and RFC 2577 §2",
    ),
}
"""Every scan type."""

ALSO = {
    Technique.SYN: ("stealth", "SYN stealth"),
    Technique.IDLE: ("zombie scan",),
    Technique.BOUNCE: ("bounce",),
}
"""Other names of scan types."""

KIND = "scan type"


def entries() -> list[Entry]:
    """The scan types, each with its rules."""
    return [
        Entry(scan_name(technique), KIND, text, _rules(technique), _names(technique))
        for technique, text in SCANS.items()
    ]


def _names(technique: Technique) -> tuple[str, ...]:
    """``-sS``, ``sS``, ``SYN scan``, ``scan SYN`` and what else it is called."""
    names = (scan_name(technique), technique.value, *ALSO.get(technique, ()))
    option = TECHNIQUES[technique].option
    return (*names, option, option[1:], *(f"{name} scan" for name in names), *(f"scan {name}" for name in names))


def _rules(technique: Technique) -> tuple[str, ...]:
    table, option = registry.rules(technique), TECHNIQUES[technique].option
    told = dict.fromkeys((rule.brief or rule.answer, rule.state.label) for rule in (*table.rules, table.silence))
    return tuple(reading((option,), answer, state) for answer, state in told)
