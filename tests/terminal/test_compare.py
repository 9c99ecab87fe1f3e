"""The comparison in a true terminal: every class, IPv4 and IPv6, by ssh, by a saved list, and from elsewhere."""

import json
import pathlib
import shutil
from collections.abc import Callable, Iterator

import pytest

from tests.compare_world import ALARM, EXPOSED, LOOPBACK, LOOPBACK_ONLY, REJECTED, CompareWorld, Key
from tests.conftest import missing
from tests.namespaces import Link
from tests.ssh_server import SshServer, ssh_server
from tests.terminal.compare_terminal import (
    Asked,
    all_rows,
    compare,
    over,
    read_downwards,
    rows,
    start,
    told,
    totals,
)
from tests.terminal.tmux_terminal import PATIENCE, Terminal
from tui_scan.compare.classes import PortClass

FAMILIES = (4, 6)
BOTH = " ".join(Link.address.values())
LISTS = {"ss.txt": ("ss", "-tulnpe"), "netstat.txt": ("netstat", "-tulnp")}
"""Lists that are saved on the host, and what prints them."""

Make = Callable[[int, int], Terminal]
Classes = dict[tuple[str, Key], str]
"""By address, and protocol and port."""


@pytest.fixture(scope="module")
def terminals(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Make]:
    """Makes terminals that all tests of this module use."""
    tmux = shutil.which("tmux")
    if tmux is None:
        missing("the peer program tmux is not installed")
    made: list[Terminal] = []

    def make(width: int, height: int) -> Terminal:
        made.append(Terminal(str(tmux), tmp_path_factory.mktemp("terminal"), width, height))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture(scope="module")
def outside(
    terminals: Make, compared_world: CompareWorld, compared_server: SshServer, peer: Callable[[str], str]
) -> Terminal:
    """The program on another machine than the host that is compared, with the host's saved lists."""
    seen = terminals(160, 50)
    for name, (program, *options) in LISTS.items():
        (seen.home / name).write_text(compared_world.link.at_target(peer(program), *options))
    start(seen, compared_world.link.scanner, compared_server)
    return seen


@pytest.fixture(scope="module")
def vantage(compared_world: CompareWorld) -> Iterator[SshServer]:
    """The other machine's sshd, for the host."""
    link = compared_world.link
    with ssh_server(link, at=link.scanner, client=link.target) as made:
        yield made


@pytest.fixture(scope="module", autouse=True)
def on_the_host(terminals: Make, compared_world: CompareWorld, vantage: SshServer) -> Terminal:
    """The program on the host that is compared; another host is asked first of all, since silent ports take seconds."""
    seen = terminals(160, 50)
    start(seen, compared_world.link.target, vantage)
    compare(seen, Asked(BOTH, there=vantage.host))
    return seen


def resize(seen: Terminal, width: int, height: int) -> str:
    """Another size of the terminal; returns the screen once the program has drawn it so."""
    seen.run("resize-window", "-t", "t", "-x", str(width), "-y", str(height))

    def drawn(text: str) -> bool:
        lines = text.rstrip("\n").split("\n")
        return len(lines) == height and lines[-1].rstrip().endswith("q quit") and len(lines[-1].rstrip()) > width - 4

    return seen.until(drawn)


def truth_of(world: CompareWorld, *families: int, namespaces: bool = True) -> Classes:
    """The class of every port of the host's addresses of some families."""
    return {
        (Link.address[family], key): str(class_)
        for family in families
        for key, class_ in world.truth(family, namespaces=namespaces).items()
    }


def ended(seen: Terminal, truth: Classes) -> str:
    """Wait for the end of a comparison; the one before it was of other addresses, so its rows are not taken for it."""
    addresses = {address for address, _ in truth}
    return seen.until(lambda text: over(text) and {one.address for one in rows(text)} == addresses, 3 * PATIENCE)


def every_class(seen: Terminal, truth: Classes, *words: str) -> None:
    """At 160x50 all rows are right, and these words come too; at 80x24 what is told of each is right, one by one."""
    text = ended(seen, truth)
    found = all_rows(seen)
    assert {(one.address, one.key): one.class_ for one in found} == truth, text
    assert found[0].class_ == PortClass.ALARM
    words += (f"{ALARM}/tcp on {found[0].address}", "nft list ruleset")
    text = seen.until(lambda text: all(one in text for one in words))
    bound = {(one.address, one.key): one.listener for one in found}
    for family, address in Link.address.items():
        if (address, ("tcp", ALARM)) in truth:
            loopback = LOOPBACK[family] if family == 4 else f"[{LOOPBACK[family]}]"
            assert bound[address, ("tcp", ALARM)] == f"{loopback}:{ALARM}"
            assert bound[address, ("tcp", LOOPBACK_ONLY)] == f"{loopback}:{LOOPBACK_ONLY}"
    resize(seen, 80, 24)
    # The line above the table counts every class at any width.
    small = seen.until(lambda small: totals(small) == totals(text) == len(truth))
    assert all(len(line) <= 80 for line in small.splitlines())
    assert read_downwards(seen, len(truth)) == truth
    resize(seen, 160, 50)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_class_over_ssh(
    outside: Terminal, compared_world: CompareWorld, compared_server: SshServer, family: int
) -> None:
    compare(outside, Asked(Link.address[family], "ssh", compared_server.host))
    every_class(outside, truth_of(compared_world, family), f"ssh {compared_server.host}, ", "SYN, ACK")


@pytest.mark.parametrize(("family", "name"), zip(FAMILIES, LISTS, strict=True))
def test_every_class_by_a_saved_list(outside: Terminal, compared_world: CompareWorld, family: int, name: str) -> None:
    compare(outside, Asked(Link.address[family], "file", name))
    every_class(outside, truth_of(compared_world, family, namespaces=False), f"import {name}, ")


def test_both_families_at_once_from_a_narrow_form(
    outside: Terminal, compared_world: CompareWorld, compared_server: SshServer
) -> None:
    resize(outside, 80, 24)
    compare(outside, Asked(BOTH, "ssh", compared_server.host))
    truth = truth_of(compared_world, *FAMILIES)
    ended(outside, truth)
    outside.until(lambda text: totals(text) == len(truth))
    assert read_downwards(outside, len(truth)) == truth
    outside.keys("Home", "x")
    outside.until(lambda text: f"{ALARM}/tcp OPEN" in text and "SYN, ACK" in text)
    outside.keys("x")
    outside.until(lambda text: told(text)[1] == ("tcp", ALARM))


def test_an_exchange_and_the_table_are_written_to_files(outside: Terminal) -> None:
    outside.keys("/")
    outside.until(lambda text: "class:alarm port:" in text)
    outside.run("send-keys", "-t", "t", "-l", f"port:{REJECTED}")
    outside.until(lambda text: {one.port for one in rows(text)} == {REJECTED})
    outside.keys("Enter")
    outside.until(lambda text: told(text)[1] == ("tcp", REJECTED) and "c edit" in text)
    outside.keys("E")
    outside.until(lambda text: f"port-{REJECTED}-tcp.txt" in text)
    outside.keys("Enter")
    outside.until(lambda text: "was written" in text)
    written = (outside.home / f"port-{REJECTED}-tcp.txt").read_text()
    assert "SYN" in written and "port-unreach" in written
    outside.keys("e")
    outside.until(lambda text: "compare.jsonl" in text)
    outside.keys("Enter")
    end = pathlib.Path(outside.home / "compare.jsonl")
    outside.until(lambda _: end.exists() and end.stat().st_size > 0)
    found = {(row["addr"], row["port"]): row["class"] for row in map(json.loads, end.read_text().splitlines())}
    assert {found[address, EXPOSED] for address in Link.address.values()} == {"exposed"}


def test_every_class_as_another_host_sees_it(
    on_the_host: Terminal, compared_world: CompareWorld, vantage: SshServer
) -> None:
    every_class(
        on_the_host,
        truth_of(compared_world, *FAMILIES),
        f"From {vantage.host} the port is open",
        "this host, ",
        f"{vantage.host} ({Link.own[6]})",
        "did not see the packets",
        f"tcpdump -n host {Link.address[4]}",
    )


def test_both_end_whole(outside: Terminal, on_the_host: Terminal) -> None:
    for seen in (outside, on_the_host):
        resize(seen, 160, 50)
        seen.keys("q")
        seen.assert_whole()
