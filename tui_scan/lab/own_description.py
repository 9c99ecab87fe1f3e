"""Reads from TOML what the scanner's own machine does: its services and its connections."""

from collections.abc import Sequence
from ipaddress import ip_address

from tui_scan.lab.port_ranges import parse_ports
from tui_scan.lab.toml_table import Table, located
from tui_scan.lab.topology import Interface, OwnConnection, OwnService
from tui_scan.model.errors import UsageError
from tui_scan.model.techniques import TCP_AND_UDP, Protocol


def own_service(table: Table, interfaces: Sequence[Interface]) -> OwnService:
    """An entry of ``services``; its address is loopback or the scanner's own. Raises UsageError."""
    name = table.take("protocol", str)
    if name not in TCP_AND_UDP:
        raise UsageError('{place}: no protocol is called "{name}"; write tcp or udp', place=table.place, name=name)
    ports = located(table.place, lambda: parse_ports(table.take("ports", str)))
    text = table.take("address", str, "")
    table.finish()
    if not text:
        return OwnService(Protocol(name), ports)
    try:
        address = ip_address(text)
    except ValueError:
        raise UsageError(
            '{place}: "{given}" is no address; write it as 127.0.0.1 or ::1', place=table.place, given=text
        ) from None
    if not (address.is_loopback or address.is_unspecified or address in {own.ip for own in interfaces}):
        raise UsageError("{place}: {address} is no address of the scanner", place=table.place, address=address)
    return OwnService(Protocol(name), ports, address)


def own_connection(table: Table) -> OwnConnection:
    """An entry of ``connections``; whether there is such a host is not asked here. Raises UsageError."""
    host = table.take("host", str)
    port = table.take("port", int)
    table.finish()
    if not 1 <= port <= 65535:
        raise UsageError("{place}: {port} is no port; ports go from 1 to 65535", place=table.place, port=port)
    return OwnConnection(host, port)
