"""Networks that change in mid-scan: a neighbour's link address, the way through a gateway, the own address."""

import random
import socket
from collections.abc import Iterator
from contextlib import nullcontext

import pytest
from scapy.layers.inet6 import ICMPv6ND_NA, ICMPv6NDOptDstLLAddr, IPv6
from scapy.layers.l2 import ARP, Ether

from tests.disturbed import BY_PACKETS, BY_SOCKETS, disturbed, every_mode, told
from tests.namespaces import Link, inside, run, settled
from tests.scans import differences, prepared, scanned, seen, until, without_raw
from tests.target_world import World, world
from tui_scan.engine.loops.outages import NOTE
from tui_scan.engine.progress import Phase
from tui_scan.engine.worker import ScanWorker
from tui_scan.model.discovery import Discovery
from tui_scan.model.packet_form import PacketForm, Way
from tui_scan.model.states import HostState
from tui_scan.model.techniques import Technique
from tui_scan.privilege.sockets import OwnSockets

by_packets = pytest.mark.parametrize(("technique", "raw"), BY_PACKETS)
by_sockets = pytest.mark.parametrize(("technique", "raw"), BY_SOCKETS)
OTHER_OWN = {4: "10.99.8.1", 6: "fd99:8::1"}
GATEWAYS = ({4: "10.99.7.2", 6: "fd99:7::2"}, {4: "10.99.8.2", 6: "fd99:8::2"})
BEHIND = {4: "10.53.0.9", 6: "fd53::9"}
NOBODY = {4: "10.53.0.20", 6: "fd53::20"}
WIDTH = {4: 24, 6: 64}
FIRST_IS_GONE = """
table inet gone {
 chain in {
  type filter hook prerouting priority 0
  iifname "vt" ip daddr 10.53.0.9 drop
  iifname "vt" ip6 daddr fd53::9 drop
 }
}
"""


@pytest.fixture
def wired(own_namespaces: None, seed: int) -> Iterator[World]:
    """A target drawn by lot, which has a second address behind two links; the way leads through the first."""
    with world(seed, 60) as made:
        link = made.link
        pair = ("type", "veth", "peer", "name", "other", "netns", link.target)
        run("ip", "link", "add", "other", "index", "9", "netns", link.scanner, *pair)
        for family in (4, 6):
            link.at_scanner("ip", "addr", "add", f"{OTHER_OWN[family]}/{WIDTH[family]}", "dev", "other", *nodad(family))
            other = f"{GATEWAYS[1][family]}/{WIDTH[family]}"
            link.at_target("ip", "addr", "add", other, "dev", "other", *nodad(family))
            link.at_target("ip", "addr", "add", BEHIND[family], "dev", "lo", *nodad(family))
        link.at_scanner("ip", "link", "set", "other", "up")
        link.at_target("ip", "link", "set", "other", "up")
        for family in (4, 6):
            lead(link, family, 0)
        settled(link, GATEWAYS[1])
        yield made


def nodad(family: int) -> tuple[str, ...]:
    """Have an IPv6 address at once."""
    return ("nodad",) if family == 6 else ()


def lead(link: Link, family: int, number: int, *source: str) -> None:
    """The way to the second address goes through this gateway."""
    link.at_scanner("ip", "route", "replace", BEHIND[family], "via", GATEWAYS[number][family], *source)


def reroute(link: Link, *, own: bool) -> None:
    """The way goes through the second link from now on, ``own``: from the same address; the first is a dead end."""
    link.at_target("nft", "-f", "-", stdin=FIRST_IS_GONE)
    for family in (4, 6):
        lead(link, family, 1, *(("src", link.own[family]) if own else ()))


def behind(link: Link) -> dict[int, str]:
    """The second addresses, from which programs answer that are not particular about it."""
    for family in (4, 6):
        for own, device in ((link.own[family], link.target_device), (OTHER_OWN[family], "other")):
            link.at_target("ip", "route", "add", own, "dev", device, "src", BEHIND[family])
    return BEHIND


def announce(link: Link) -> None:
    """As a router that takes over does: tell everybody the link address that its IP addresses have now."""
    with inside(link.target), socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sock:
        sock.bind((link.target_device, 0))
        mac = sock.getsockname()[4].hex(":")
        own4, own6 = link.address[4], link.address[6]
        everybody = Ether(src=mac, dst="ff:ff:ff:ff:ff:ff")
        sock.send(bytes(everybody / ARP(op=1, hwsrc=mac, psrc=own4, pdst=own4)))
        told_so = ICMPv6ND_NA(R=0, S=0, O=1, tgt=own6) / ICMPv6NDOptDstLLAddr(lladdr=mac)
        sock.send(bytes(Ether(src=mac, dst="33:33:00:00:00:01") / IPv6(src=own6, dst="ff02::1", hlim=255) / told_so))


def move(link: Link, chance: random.Random) -> None:
    """Give the target's end of the first link another address, at which it finds the scanner at once."""
    mac = bytes([2, *chance.randbytes(5)]).hex(":")
    link.at_target("ip", "link", "set", link.target_device, "address", mac)
    scanner = link.at_scanner("cat", f"/sys/class/net/{link.scanner_device}/address").strip()
    for own in link.own.values():
        link.at_target("ip", "neigh", "replace", own, "lladdr", scanner, "dev", link.target_device)
    announce(link)


@every_mode
@pytest.mark.parametrize("routed", [False, True])
def test_a_next_hop_that_gets_another_link_address_is_followed(
    wired: World, chance: random.Random, technique: Technique, raw: bool, routed: bool
) -> None:
    scans = disturbed(wired, technique, raw, chance, behind(wired.link) if routed else None)
    move(wired.link, chance)
    scans.hold_to_truth()
    scans.hold_to_notes(NOTE)


@every_mode
def test_a_route_through_another_gateway_is_followed(
    wired: World, chance: random.Random, technique: Technique, raw: bool
) -> None:
    """The packets leave by another link, from the address that they had."""
    link = wired.link
    scans = disturbed(wired, technique, raw, chance, behind(wired.link))
    reroute(link, own=True)
    scans.hold_to_truth()
    scans.hold_to_notes(NOTE)


@by_packets
def test_a_route_that_changes_while_hosts_are_looked_for_is_followed(
    wired: World, chance: random.Random, technique: Technique, raw: bool
) -> None:
    """A host that is not there keeps the search going when the target has long been found."""
    link, family = wired.link, chance.choice([4, 6])
    ports = wired.some_ports(technique, 300, chance)
    targets = [behind(link)[family], NOBODY[family]]
    link.at_scanner("ip", "route", "add", NOBODY[family], "via", GATEWAYS[0][family])
    with inside(link.scanner):
        scan = prepared(targets, ports, technique, discovery=Discovery())
        worker = ScanWorker(scan, OwnSockets())
        worker.start()
    target = scan.hosts.index(targets[0])
    assert until(lambda: scan.hosts.state[target] == HostState.UP)
    assert not scan.hosts_known.is_set()
    link.at_target("nft", "-f", "-", stdin=FIRST_IS_GONE)
    lead(link, family, 1, "src", link.own[family])
    assert not scan.hosts_known.is_set()
    assert not differences(seen(told(worker), technique, target), wired.truth(technique, family, ports))


@every_mode
def test_a_rule_by_source_leads_as_it_leads_programs(
    wired: World, chance: random.Random, technique: Technique, raw: bool
) -> None:
    """As on a machine with two uplinks: what has the first one's address is to leave by the second here.

    Over IPv6 the kernel keeps the way that it found before it chose the address, unless a program chose that.
    """
    link, family = wired.link, chance.choice([4, 6])
    ports = wired.some_ports(technique, 300, chance)
    target = behind(link)[family]
    dead_end = FIRST_IS_GONE if family == 4 else FIRST_IS_GONE.replace('"vt"', '"other"')
    link.at_target("nft", "-f", "-", stdin=dead_end)
    which = f"-{family}"
    link.at_scanner("ip", which, "route", "add", target, "via", GATEWAYS[1][family], "table", "100")
    link.at_scanner("ip", which, "rule", "add", "from", link.own[family], "lookup", "100")
    with inside(link.scanner), nullcontext() if raw else without_raw():
        scan = scanned([target], ports, technique)
    assert not differences(seen(scan, technique), wired.truth(technique, family, ports))


@by_packets
def test_a_way_that_leaves_from_another_address_is_told_and_gives_no_state(
    wired: World, chance: random.Random, technique: Technique, raw: bool
) -> None:
    """As when a VPN comes up: whoever sent on from the old address would take its own silence for the target's."""
    scans = disturbed(wired, technique, raw, chance, behind(wired.link))
    reroute(wired.link, own=False)
    scans.hold_to_sentence("changed in mid-scan")


@by_sockets
def test_sockets_take_the_new_way_from_its_own_address(
    wired: World, chance: random.Random, technique: Technique, raw: bool
) -> None:
    scans = disturbed(wired, technique, raw, chance, behind(wired.link))
    reroute(wired.link, own=False)
    scans.hold_to_truth()


def change_address(link: Link) -> None:
    """The own addresses give way to others of their networks; nobody finds the way to the old ones any more."""
    device = link.scanner_device
    for family, other in ((4, "10.99.7.3"), (6, "fd99:7::3")):
        link.at_scanner("ip", "addr", "add", f"{other}/{WIDTH[family]}", "dev", device, *nodad(family))
        link.at_scanner("ip", "addr", "del", f"{link.own[family]}/{WIDTH[family]}", "dev", device)
    # IPv4 takes addresses of the same network along with their first one.
    link.at_scanner("ip", "addr", "replace", "10.99.7.3/24", "dev", device)
    for family in (4, 6):
        link.at_target("ip", "neigh", "replace", link.own[family], "lladdr", "02:00:00:00:00:99", "dev", "vt")


@by_packets
@pytest.mark.parametrize("bindable", [False, True])
def test_an_own_address_that_is_gone_is_told_and_gives_no_state(
    wired: World,
    chance: random.Random,
    technique: Technique,
    raw: bool,
    bindable: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also where any address may be bound, as keepalived needs it."""
    monkeypatch.setattr("tui_scan.engine.loops.carried_sources.PATIENCE", 0.5)
    link = wired.link
    for ip in ("ipv4", "ipv6"):
        link.at_scanner("sysctl", "-qw", f"net.{ip}.ip_nonlocal_bind={int(bindable)}")
    scans = disturbed(wired, technique, raw, chance)
    change_address(link)
    scans.hold_to_sentence("left from {own}, ")


@by_sockets
def test_sockets_take_the_own_address_that_is_there(
    wired: World, chance: random.Random, technique: Technique, raw: bool
) -> None:
    scans = disturbed(wired, technique, raw, chance)
    change_address(wired.link)
    scans.hold_to_truth()


@every_mode
def test_an_own_address_that_comes_back_costs_no_verdict(
    wired: World, chance: random.Random, technique: Technique, raw: bool
) -> None:
    """As when a network manager sets up its link anew."""
    link = wired.link
    scans = disturbed(wired, technique, raw, chance)
    for family in (4, 6):
        own = f"{link.own[family]}/{WIDTH[family]}"
        link.at_scanner("ip", "addr", "del", own, "dev", link.scanner_device)
    for family in (4, 6):
        own = f"{link.own[family]}/{WIDTH[family]}"
        link.at_scanner("ip", "addr", "add", own, "dev", link.scanner_device, *nodad(family))
    scans.hold_to_truth()


@by_packets
@pytest.mark.parametrize("way", [Way.USUAL, Way.ETHERNET])
def test_a_gateway_that_is_not_there_is_told_and_gives_no_state(
    wired: World, chance: random.Random, technique: Technique, raw: bool, way: Way
) -> None:
    """The way changes to one that does not answer for its link address."""
    link = wired.link
    scans = disturbed(wired, technique, raw, chance, {4: behind(link)[4]}, PacketForm(way=way))
    link.at_scanner("ip", "route", "replace", BEHIND[4], "via", link.absent[4])
    scans.hold_to_sentence("does not answer on its link")


@by_packets
@pytest.mark.parametrize("away", [True, False])
def test_a_route_that_is_withdrawn_is_waited_for(
    wired: World, chance: random.Random, technique: Technique, raw: bool, away: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Frames to the old gateway would leave all the same, and it no longer forwards them."""
    if away:
        monkeypatch.setattr("tui_scan.engine.loops.outages.PATIENCE", 0.5)
    link = wired.link
    scans = disturbed(wired, technique, raw, chance, behind(link))
    link.at_target("nft", "-f", "-", stdin=FIRST_IS_GONE)
    for family in (4, 6):
        link.at_scanner("ip", "route", "del", BEHIND[family])
    if not away:
        link.at_target("nft", "delete", "table", "inet", "gone")
        for family in (4, 6):
            lead(link, family, 0)
        scans.hold_to_truth()
        return
    scans.hold_to_sentence("no route")


@every_mode
def test_an_interface_that_is_made_anew_costs_no_verdict(
    wired: World, chance: random.Random, technique: Technique, raw: bool
) -> None:
    """It has another number then."""
    link = wired.link
    scans = disturbed(wired, technique, raw, chance, {4: link.address[4]})
    link.at_scanner("ip", "link", "del", link.scanner_device)
    pair = ("type", "veth", "peer", "name", link.target_device, "netns", link.target)
    run("ip", "link", "add", link.scanner_device, "index", "77", "netns", link.scanner, *pair)
    for at, device, own in (
        (link.scanner, link.scanner_device, link.own),
        (link.target, link.target_device, link.address),
    ):
        run("ip", "-n", at, "addr", "add", f"{own[4]}/24", "dev", device)
        run("ip", "-n", at, "link", "set", device, "up")
    scans.hold_to_truth()


@by_packets
def test_what_the_kernel_had_no_room_to_tell_is_looked_up(
    wired: World, chance: random.Random, technique: Technique, raw: bool
) -> None:
    """Nobody reads while the scan pauses; the next hop's new address is among what is lost."""
    link = wired.link
    scans = disturbed(wired, technique, raw, chance, {4: link.address[4]})
    worker = scans.workers[4]
    worker.pause()
    assert until(lambda: worker.phase is Phase.PAUSED)
    entry = f"neigh replace 10.99.7.9 lladdr 02:00:00:00:00:77 dev {link.scanner_device}\n"
    link.at_scanner("ip", "-batch", "-", stdin=3000 * (entry + entry.replace("77", "78")))
    move(link, chance)
    worker.resume()
    scans.hold_to_truth()
