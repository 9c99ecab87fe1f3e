"""Service names: well-formed by RFC 6335, the registry's before the machine's, found by name and by port."""

import re
import socket
from pathlib import Path

import pytest

from tui_scan.model.techniques import TCP_AND_UDP, Protocol
from tui_scan.scope.ports import parse_ports
from tui_scan.services.names import ports_of, service_name
from tui_scan.services.registry import registered
from tui_scan.services.system import Entry, system_services

RFC_6335_NAME = re.compile(r"(?=.*[A-Za-z])(?!.*--)[A-Za-z0-9]([A-Za-z0-9-]{0,13}[A-Za-z0-9])?")


@pytest.mark.parametrize("protocol", TCP_AND_UDP)
def test_the_table_is_well_formed(protocol: Protocol) -> None:
    table = registered(protocol)
    assert len(table) > 250
    assert list(table) == sorted(table)
    assert all(0 < port < 65536 and RFC_6335_NAME.fullmatch(name) for port, name in table.items())


@pytest.mark.parametrize(
    ("protocol", "port", "name"),
    [
        (Protocol.TCP, 22, "ssh"),
        (Protocol.TCP, 135, "epmap"),
        (Protocol.TCP, 514, "shell"),
        (Protocol.UDP, 514, "syslog"),
        (Protocol.TCP, 6063, "x11"),
        (Protocol.UDP, 4, None),
        (Protocol.TCP, 4, None),
        (Protocol.TCP, 65535, None),
    ],
)
def test_names_of_ports(protocol: Protocol, port: int, name: str | None) -> None:
    listed = {entry.port for entry in system_services(protocol)}
    if name is None and port in listed:
        pytest.skip(f"/etc/services of this machine names {port}/{protocol.value}")
    assert service_name(protocol, port) == name


@pytest.mark.parametrize("protocol", TCP_AND_UDP)
def test_every_name_leads_back_to_its_port(protocol: Protocol) -> None:
    for port, name in registered(protocol).items():
        assert service_name(protocol, port) == name
        assert port in ports_of(name, protocol)
        assert port in ports_of(name.upper(), protocol)


def test_globs() -> None:
    assert {80, 443, 8080} <= set(ports_of("http*", Protocol.TCP))
    assert ports_of("h?tp", Protocol.TCP) == ports_of("http", Protocol.TCP)
    assert set(ports_of("*", Protocol.UDP)) >= set(registered(Protocol.UDP))
    assert ports_of("nothing-has-this-name", Protocol.TCP) == ()


def test_the_names_of_this_machine_are_known_as_getservbyname_knows_them() -> None:
    for protocol in TCP_AND_UDP:
        for entry in system_services(protocol):
            for name in entry.names:
                assert socket.getservbyname(name, protocol.value) in ports_of(name, protocol)


def test_a_list_of_services_is_read_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "services"
    path.write_text("# list\nabc 7/tcp alias other # comment\nabc 7/udp\nbad\nworse x/tcp\nlast\t9/tcp\n")
    assert system_services(Protocol.TCP, path) == (Entry(7, ("abc", "alias", "other")), Entry(9, ("last",)))
    assert system_services(Protocol.TCP, tmp_path / "none") == ()


def test_port_expressions_take_these_names() -> None:
    selection = parse_ports("T:ssh,U:domain,[1-30]", ports_of)
    assert selection.tcp == (22,)
    assert {7, 9, 22, 53} <= set(selection.udp)
