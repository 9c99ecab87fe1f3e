"""Saved lists that show other addresses than the one that was scanned: whose they are is not known."""

import random

import pytest

from tests.unit.compare.findings import seen
from tui_scan.compare.classes import PortClass
from tui_scan.compare.join import compared
from tui_scan.compare.listed import foreign_note
from tui_scan.compare.told import explanation
from tui_scan.local.imported import read_listing
from tui_scan.model.states import PortState

WILDCARD = "tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:*\nudp UNCONN 0 0 0.0.0.0:68 0.0.0.0:*\n"
NETSTAT = "tcp 0 0 0.0.0.0:22 0.0.0.0:* LISTEN\nudp 0 0 0.0.0.0:68 0.0.0.0:*\n"
BSD = "tcp4 0 0 *.22 *.* LISTEN\nudp4 0 0 *.68 *.*\n"
REST = "00000000:00000000 00:00000000 00000000     0        0 8400 1 00 100 0 0 10 0"
PROC = f"   0: 00000000:0016 00000000:0000 0A {REST}\n   1: 0100007F:0277 00000000:0000 0A {REST}\n"


def talking(address: str) -> dict[str, str]:
    """The same list with a connection of this address, as each program writes it."""
    raw = "".join(f"{int(part):02X}" for part in reversed(address.split(".")))
    return {
        "ss": f"{WILDCARD}tcp ESTAB 0 0 {address}:22 10.0.0.9:50000\n",
        "ss, mapped": f"{WILDCARD}tcp ESTAB 0 0 [::ffff:{address}]:22 [::ffff:10.0.0.9]:50000\n",
        "ss, a listener": f"{WILDCARD}tcp LISTEN 0 128 {address}:80 0.0.0.0:*\n",
        "netstat": f"{NETSTAT}tcp 0 0 {address}:22 10.0.0.9:50000 ESTABLISHED\n",
        "BSD": f"{BSD}tcp4 0 0 {address}.22 10.0.0.9.50000 ESTABLISHED\n",
        "/proc": f"{PROC}   2: {raw}:0016 0900000A:C350 01 {REST}\n",
    }


def drawn() -> tuple[str, str]:
    """Two addresses."""
    first, second = random.Random().sample(range(1, 255), 2)
    return f"10.77.3.{first}", f"10.77.3.{second}"


@pytest.mark.parametrize("form", list(talking("10.0.0.1")))
@pytest.mark.parametrize("state", [PortState.OPEN, PortState.CLOSED, PortState.FILTERED])
def test_a_list_of_other_addresses_proves_nothing(form: str, state: PortState) -> None:
    own, other = drawn()
    listing = read_listing(talking(own)[form], "ss.txt")
    (one,) = compared(listing, [seen(state=state, address=other)]).findings
    assert one.class_ is PortClass.UNPROVEN, (own, other)
    assert f"{other} is none of them" in explanation(one)
    note = foreign_note(listing, [other])
    assert note.startswith(f"{other} is none of the addresses that the list shows ({own})"), note
    (one,) = compared(listing, [seen(state=PortState.OPEN, address=own)]).findings
    assert one.class_ is PortClass.EXPOSED and foreign_note(listing, [own]) == ""


@pytest.mark.parametrize(
    "more",
    [
        "",
        "tcp ESTAB 0 0 127.0.0.1:22 127.0.0.1:50000\n",
        "tcp ESTAB 0 0 [fd00::7]:22 [fd00::9]:50000\n",
        "udp UNCONN 0 0 224.0.0.251:5353 0.0.0.0:*\n",
        "udp UNCONN 0 0 169.254.3.4:123 0.0.0.0:*\n",
        "udp UNCONN 0 0 255.255.255.255:67 0.0.0.0:*\n",
    ],
)
def test_addresses_that_tell_no_host_make_no_doubt(more: str) -> None:
    address, _ = drawn()
    listing = read_listing(WILDCARD + more, "ss.txt")
    (one,) = compared(listing, [seen(address=address)]).findings
    assert one.class_ is PortClass.EXPOSED, address
    assert foreign_note(listing, [address]) == ""
