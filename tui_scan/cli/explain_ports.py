"""What is said of a port: the service that is usual there, what a scan sends to it, and how to ask."""

from tui_scan.engine.techniques.payloads import PAYLOADS
from tui_scan.exchange.explain_entries import Entry, Text
from tui_scan.language import translate
from tui_scan.model.techniques import Protocol
from tui_scan.services.names import ports_of, service_name

KIND = "port"
MOST = 4
"""Ports of one service name that are told."""

UNPROVEN = "The number does not prove which service is there: any program may use any port."
SOURCE = "RFC 6335 §6"

_PROTOCOLS = (Protocol.TCP, Protocol.UDP, Protocol.SCTP)


def port_entries(word: str) -> list[Entry]:
    """The entries of ``22`` or ``ssh``; none where it is neither a port's number nor the name of a service."""
    if word.isascii() and word.isdigit():
        return [_entry(int(word))] if int(word) < 1 << 16 else []
    if not word.replace("-", "").isalnum():
        return []
    ports = dict.fromkeys(port for protocol in _PROTOCOLS for port in ports_of(word, protocol))
    return [_entry(port) for port in sorted(ports)[:MOST]]


def _entry(port: int) -> Entry:
    names = {protocol: service_name(protocol, port) for protocol in _PROTOCOLS}
    known = ", ".join(f"{name} ({protocol.value})" for protocol, name in names.items() if name)
    usual = translate("Usual there: {services}.", services=known) if known else translate("No service is usual there.")
    asked = translate("TCP is asked by a SYN, without data: what comes back tells whether the port takes connections.")
    if port in PAYLOADS:
        datagram = translate("UDP (-sU) is asked in the protocol that is usual there.")
    else:
        datagram = translate("UDP (-sU) is asked by an empty datagram.")
    how = translate("To ask: tui-scan scan -p {port} HOST", port=port)
    return Entry(str(port), KIND, Text(" ".join((usual, asked, datagram)), UNPROVEN, SOURCE), (how,))
