"""What the classes mean by which ``tui-scan compare`` sorts ports."""

from tui_scan.compare.answers import Answer
from tui_scan.compare.classes import CLASS_MEANINGS, PortClass
from tui_scan.compare.rules import RULES, Rule
from tui_scan.exchange.explain_entries import Entry, Text
from tui_scan.language import translate

KIND = "class of the comparison"

_WHERE = "It does not prove what other places see: each looks through filters of its own."

UNPROVEN = {
    PortClass.ALARM: "It does not prove an attack: a proxy, a redirection or a tunnel may be meant to be there.",
    PortClass.NO_LOCAL_LISTENER: "It does not prove an intruder: a redirection (DNAT), a load balancer or a listener "
    "of a moment looks the same.",
    PortClass.PUBLISHED: "It does not prove which container answers.",
    PortClass.OTHER_NAMESPACE: "It does not prove that the container is the one that answers.",
    PortClass.EXPOSED: _WHERE,
    PortClass.RESET_ELSEWHERE: "It does not prove a firewall: the listener may take another address or family, or have "
    "ended.",
    PortClass.FIREWALLED: _WHERE,
    PortClass.UNPROVEN: "It does not prove that the port is closed to others.",
    PortClass.LOOPBACK_ONLY: "It does not prove that nobody gets in: a proxy on the host may lead there.",
}
"""What each class leaves open."""

SOURCES = {
    PortClass.ALARM: "RFC 1122 §3.2.1.3; nft(8)",
    PortClass.NO_LOCAL_LISTENER: "RFC 2663 §2; nft(8)",
    PortClass.PUBLISHED: "RFC 2663 §2; nft(8)",
    PortClass.OTHER_NAMESPACE: "network_namespaces(7)",
    PortClass.EXPOSED: "RFC 9293 §3.10.7.2; ip(7)",
    PortClass.RESET_ELSEWHERE: "RFC 9293 §3.10.7.1; ip(7)",
    PortClass.FIREWALLED: "nmap(1), Port Scanning Basics; nft(8)",
    PortClass.UNPROVEN: "nmap(1), Port Scanning Basics",
    PortClass.LOOPBACK_ONLY: "RFC 1122 §3.2.1.3; RFC 4291 §2.5.3",
}
"""Where that stands."""


def class_entries() -> list[Entry]:
    """The classes by their ids, with what the rules of the comparison say of each."""
    return [
        Entry(one.value, KIND, Text(CLASS_MEANINGS[one], UNPROVEN[one], SOURCES[one]), _facts(one)) for one in PortClass
    ]


def _facts(one: PortClass) -> tuple[str, ...]:
    """A line for each rule that gives the class: what the scan saw, and what that means beside the listener."""
    values = {"target": translate("the target"), "host": translate("the host"), "port": "PORT"}
    return tuple(
        translate("seen {answers}: {meaning}", answers=_answers(rule), meaning=translate(rule.meaning, **values))
        for rule in RULES
        if rule.class_ is one
    )


def _answers(rule: Rule) -> str:
    return ", ".join(answer.value for answer in Answer if answer in rule.answers)
