"""Names of addresses beside nmap's, by a name server in the target's namespace."""

import ipaddress
import random
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator

import pytest

from tests.name_server import NameServer, name_server
from tests.namespaces import Link, link

Names = dict[str, str]
NETWORKS = {4: "10.99.7.0/24", 6: "fd99:7::/120"}


@pytest.fixture(scope="module")
def wire(own_namespaces: None) -> Iterator[Link]:
    with link() as made:
        yield made


def drawn(chance: random.Random, family: int) -> Names:
    """A name for some of the addresses of the link."""
    network = ipaddress.ip_network(NETWORKS[family])
    numbers = [2, *chance.sample(range(3, 250), 60)]
    return {str(network[number]): f"host-{number}.v{family}.example" for number in numbers}


def listed(program: list[str], wire: Link, *options: str) -> Names:
    """The names that a list of targets shows."""
    told = wire.at_scanner(*program, *options, "-oX", "-")
    names = {}
    for host in ET.fromstring(told).iter("host"):
        address, name = host.find("address"), host.find("hostnames/hostname")
        if address is not None and name is not None:
            names[address.attrib["addr"]] = name.attrib["name"]
    return names


SCAN = [sys.executable, "-m", "tui_scan", "scan"]


@pytest.mark.parametrize("family", [4, 6])
def test_a_list_names_its_addresses_as_nmap_does(
    wire: Link, peer: Callable[[str], str], chance: random.Random, family: int
) -> None:
    names = drawn(chance, family)
    records = {ipaddress.ip_address(address).reverse_pointer: name for address, name in names.items()}
    options = ["-sL", "--dns-servers", Link.address[family], NETWORKS[family], *(["-6"] if family == 6 else [])]
    with name_server(wire.target, Link.address[family], NameServer(records)) as server:
        mine = listed(SCAN, wire, *options)
        assert mine == names
        assert mine == listed([peer("nmap")], wire, *options)
    assert len(server.asked) == 256


def test_only_hosts_that_are_up_are_named_unless_all_are_wanted(wire: Link) -> None:
    records = {ipaddress.ip_address(f"10.99.7.{last}").reverse_pointer: f"h{last}.example" for last in (2, 77)}
    options = ["-sn", "-T5", "-v", "--dns-servers", Link.address[4], "10.99.7.2", "10.99.7.77"]
    with name_server(wire.target, Link.address[4], NameServer(records)) as server:
        assert listed(SCAN, wire, *options) == {"10.99.7.2": "h2.example"}
        assert len(server.asked) == 1
        listed(SCAN, wire, "-R", *options)
        assert len(server.asked) == 2
        server.asked.clear()
        listed(SCAN, wire, "-n", *options)
        assert not server.asked


def test_a_question_without_an_answer_is_asked_again(wire: Link) -> None:
    records = {ipaddress.ip_address("10.99.7.2").reverse_pointer: "late.example"}
    options = ["-p", "1", "--dns-servers", f"{Link.absent[4]},{Link.address[4]}", "10.99.7.2"]
    with name_server(wire.target, Link.address[4], NameServer(records, deaf=1)):
        assert listed(SCAN, wire, *options) == {"10.99.7.2": "late.example"}


def test_servers_that_never_answer_are_not_waited_for_long(wire: Link) -> None:
    began = time.monotonic()
    assert listed(SCAN, wire, "-p", "1", "--dns-servers", Link.absent[4], "10.99.7.2") == {}
    assert time.monotonic() - began < 30
