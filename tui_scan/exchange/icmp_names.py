"""ICMP and ICMPv6 messages by name: the reasons' names for errors, the RFCs' for the rest."""

from tui_scan.engine.techniques.icmp import reason_of

_OTHERS = {
    (4, 0): "echo reply",
    (4, 3): "unreachable",
    (4, 4): "source quench",
    (4, 5): "redirect",
    (4, 8): "echo request",
    (4, 11): "time exceeded",
    (4, 12): "parameter problem",
    (4, 13): "timestamp request",
    (4, 14): "timestamp reply",
    (6, 1): "unreachable",
    (6, 2): "packet too big",
    (6, 3): "time exceeded",
    (6, 4): "parameter problem",
    (6, 128): "echo request",
    (6, 129): "echo reply",
    (6, 135): "neighbour solicitation",
    (6, 136): "neighbour advertisement",
}
"""Names by (family, type); sources: RFC 792, RFC 4443, RFC 4861."""


def icmp_summary(family: int, icmp_type: int, code: int) -> str:
    """``ICMP port-unreach (3/3)``: the name and, in brackets, type and code."""
    reason = reason_of(family, icmp_type, code)
    name = reason.label if reason else _OTHERS.get((family, icmp_type), "message")
    return f"ICMP{'v6' if family == 6 else ''} {name} ({icmp_type}/{code})"
