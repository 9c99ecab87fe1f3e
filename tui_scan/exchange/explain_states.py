"""What the states of ports and of hosts mean."""

import re

from tui_scan.exchange import explain_untried
from tui_scan.exchange.explain import UNPROVEN
from tui_scan.exchange.explain_entries import Entry, Text, readings
from tui_scan.language import translate
from tui_scan.model.states import HostState, PortState

_BASICS = "nmap(1), Port Scanning Basics"

STATES = {
    PortState.OPEN: Text(
        "Somebody takes what comes to this port: a TCP listener accepts the connection, or a UDP program answers.",
        UNPROVEN[PortState.OPEN],
        f"{_BASICS}; RFC 9293 §3.10.7.2",
    ),
    PortState.CLOSED: Text(
        "The host is there and says that nobody takes what comes to this port: by RST for TCP, by an ICMP port "
        "unreachable for UDP.",
        UNPROVEN[PortState.CLOSED],
        f"{_BASICS}; RFC 9293 §3.10.7.1 and RFC 1122 §4.1.3.1",
    ),
    PortState.FILTERED: Text(
        "Nothing tells whether the port is open or closed. No answer came, or an ICMP error from something that stands "
        "between. Most often that is a firewall.",
        "It does not prove a firewall, for packets can be lost; nor does it prove that nothing listens on the port.",
        f"{_BASICS}; RFC 1812 §5.2.7.1",
    ),
    PortState.UNFILTERED: Text(
        "The probe came through to the host, but this scan type cannot tell open from closed: both answer it alike.",
        "It does not prove that the port is open, nor that other probes would come through.",
        f"{_BASICS}; RFC 9293 §3.10.7.1 and §3.10.7.2",
    ),
    PortState.OPEN_FILTERED: Text(
        "No answer came, and an open port may be silent to this probe as well. So the port is open, or a filter drops "
        "the probe.",
        "It does not prove that the port is open, nor that open is the likelier of the two.",
        f"{_BASICS}; RFC 9293 §3.10.7.2",
    ),
    PortState.CLOSED_FILTERED: Text(
        "The port is closed, or a filter drops the probe: what was seen looks the same in both cases.",
        "It does not prove that the port is closed.",
        _BASICS,
    ),
    PortState.UNTRIED: Text(
        "No verdict yet: no probe was sent, or no answer has come and it may still come. nmap has no such state.",
        explain_untried.UNPROVEN,
        _BASICS,
    ),
}
"""The states of ports."""

HOSTS = {
    HostState.UP: Text(
        "Something answered in the name of this host, so its ports are worth a scan.",
        "It does not prove that the answer came from the host itself: a firewall can answer in its name.",
        "nmap(1), Host Discovery",
    ),
    HostState.DOWN: Text(
        "Nothing answered the discovery, so the host's ports are left alone. With -Pn they are probed all the same.",
        "It does not prove that the host is off: a firewall may drop the discovery probes.",
        "nmap(1), Host Discovery",
    ),
    HostState.UNKNOWN: Text(
        "Nobody asked yet whether the host is there.",
        "It does not prove anything of the host.",
        "nmap(1), Host Discovery",
    ),
}
"""The states of hosts."""

PORT_KIND, HOST_KIND = "state of a port", "state of a host"


def entries() -> list[Entry]:
    """The states of ports, with the scan types that give them, and those of hosts."""
    ports = [
        Entry(state.label, PORT_KIND, text, readings(state=state), _gloss(state.label))
        for state, text in STATES.items()
    ]
    return [*ports, *(Entry(state.label, HOST_KIND, text) for state, text in HOSTS.items())]


def _gloss(label: str) -> tuple[str, ...]:
    """The reader's own word, which the translation has in brackets behind nmap's."""
    return tuple(re.findall(r"\((.+)\)", translate(label)))
