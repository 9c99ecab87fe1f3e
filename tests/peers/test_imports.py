"""What real programs print about a host, read back: equal to the host's own view of itself."""

import random
import shutil
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.listeners import drawn_listeners, opened
from tests.namespaces import Link, inside, link
from tui_scan.local.imported import read_listing
from tui_scan.local.listing import Listing, own_listing
from tui_scan.local.records import LocalSocket

PLACE = ("protocol", "local_address", "local_port", "recv_q")
OWNED = (*PLACE, "pid", "program")
TABLES = tuple(f"/proc/net/{table}" for table in ("tcp", "tcp6", "udp", "udp6"))
TOLD = {
    "ss -tulnp": (*OWNED, "backlog", "device"),
    "ss -Htulnp": (*OWNED, "backlog", "device"),
    "ss -tulp": (*OWNED, "backlog", "device"),
    "ss -Htulne": (*PLACE, "backlog", "device", "inode", "uid", "v6only"),
    "ss -tunape": (*OWNED, "backlog", "device", "inode", "uid", "v6only"),
    "ss -tulnpmoi": (*OWNED, "backlog", "device"),
    "ss -anpO": (*OWNED, "backlog", "device"),
    "netstat -lnpW": (*PLACE, "pid"),
    "netstat -tulpnW": (*PLACE, "pid"),
    "netstat -antupeW": (*PLACE, "pid", "inode", "uid"),
    "netstat -aneWo": (*PLACE, "inode", "uid"),
    f"cat {' '.join(TABLES)}": (*PLACE, "inode", "uid"),
    f"tail -v -n +1 {' '.join(TABLES)}": (*PLACE, "inode", "uid"),
    f"{sys.executable} -m tui_scan local -al --json": (*OWNED, "backlog", "device", "inode", "uid", "v6only"),
}
"""What each command tells of a listener, by the command."""


@pytest.fixture(scope="module")
def host(own_namespaces: None, seed: int) -> Iterator[tuple[Link, Listing]]:
    """A namespace with listeners of every kind on ports drawn by lot, and some connections; and its own view."""
    print(f"TUI_SCAN_SEED={seed}")
    with link() as made, inside(made.target), drawn_listeners(random.Random(seed), 40):
        yield made, own_listing()


def rows(sockets: tuple[LocalSocket, ...], columns: tuple[str, ...]) -> Counter[tuple[object, ...]]:
    return Counter(tuple(getattr(one, column) for column in columns) for one in sockets)


@pytest.mark.parametrize("command", TOLD)
def test_what_a_program_printed_is_the_hosts_own_view(
    host: tuple[Link, Listing], peer: Callable[[str], str], command: str
) -> None:
    made, own = host
    peer(command.split()[0])
    listing = read_listing(made.at_target(*command.split()), "the test")
    assert rows(listing.sockets, TOLD[command]) == rows(own.sockets, TOLD[command])
    assert (listing.complete, listing.notes) == (True, ())


def test_a_star_of_ss_is_a_socket_that_takes_ipv4_too(host: tuple[Link, Listing], peer: Callable[[str], str]) -> None:
    made, own = host
    peer("ss")
    listing = read_listing(made.at_target("ss", "-tuln"), "the test")
    mine, theirs = (
        rows(tuple(one for one in view.sockets if one.local_address == "::"), (*PLACE, "v6only"))
        for view in (listing, own)
    )
    assert mine == theirs


def test_addresses_that_netstat_cut_are_told_by_their_lines(
    host: tuple[Link, Listing], peer: Callable[[str], str]
) -> None:
    made, own = host
    peer("netstat")
    long = "2001:db8:1234:5678:9abc:def0:1234:5678"
    made.at_target("ip", "addr", "add", f"{long}/64", "dev", "lo", "nodad")
    with inside(made.target), opened(long, 8080, socket.SOCK_STREAM) as sock:
        sock.listen()
        text = made.at_target("netstat", "-tuln")
    listing = read_listing(text, "the test")
    assert rows(listing.sockets, PLACE) == rows(own.sockets, PLACE)
    (number,) = (at for at, line in enumerate(text.splitlines(), 1) if "2001:db8" in line)
    assert listing.notes[0].startswith(f"Line {number} cannot be read: ")
    assert not listing.complete


def test_netstat_in_french_is_read_alike(
    host: tuple[Link, Listing], peer: Callable[[str], str], tmp_path: Path
) -> None:
    made, own = host
    peer("netstat")
    if not shutil.which("localedef") or not Path("/usr/share/locale/fr/LC_MESSAGES/net-tools.mo").exists():
        pytest.skip("the French words of net-tools are not installed")
    french = ["localedef", "-i", "fr_FR", "-f", "UTF-8", str(tmp_path / "fr_FR.UTF-8")]
    if subprocess.run(french, capture_output=True, check=False).returncode > 1:
        pytest.skip("the French locale cannot be made here")
    text = made.at_target("env", f"LOCPATH={tmp_path}", "LC_ALL=fr_FR.UTF-8", "LANGUAGE=fr", "netstat", "-antupeW")
    assert "Adresse locale" in text
    listing = read_listing(text, "the test")
    assert rows(listing.sockets, (*PLACE, "pid", "inode")) == rows(own.sockets, (*PLACE, "pid", "inode"))
    assert (listing.complete, listing.notes) == (True, ())
