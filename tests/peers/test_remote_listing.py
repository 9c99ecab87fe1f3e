"""A remote host's own list over a real ssh, beside ss run in its namespace, and what is said where ssh fails."""

import os
import random
import socket
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.listeners import drawn_listeners, opened
from tests.namespaces import Link, inside, link
from tests.ssh_server import SshServer, ssh_server
from tui_scan.local.listing import own_listing
from tui_scan.local.records import LocalSocket
from tui_scan.local.remote import remote_listing
from tui_scan.model.errors import LocalError

STATES = {"tcp": "LISTEN", "udp": "UNCONN"}


@pytest.fixture(scope="module")
def world(own_namespaces: None) -> Iterator[tuple[Link, SshServer]]:
    """A host with an ssh server, whose control sockets lie apart from all others."""
    with pytest.MonkeyPatch.context() as patch, link() as made, ssh_server(made) as server:
        runtime = server.directory / "run"
        runtime.mkdir(mode=0o700)
        patch.setenv("XDG_RUNTIME_DIR", str(runtime))
        yield made, server


@pytest.fixture
def drawn(world: tuple[Link, SshServer], chance: random.Random) -> Iterator[set[int]]:
    """The ports of listeners that were drawn by lot."""
    with inside(world[0].target), drawn_listeners(chance, 24) as ports:
        yield ports


def as_ss_writes(one: LocalSocket) -> tuple[str, ...]:
    """A listener in the columns of ``ss -tulnpe``: Netid, State, Recv-Q, Send-Q, address and port, inode, pid."""
    protocol = one.protocol.rstrip("6")
    address = f"[{one.local_address}]" if one.family == 6 else one.local_address
    if one.local_address == "::" and not one.v6only:
        address = "*"
    place = f"{address}{'%' if one.device else ''}{one.device}:{one.local_port}"
    send_q = one.backlog if protocol == "tcp" else one.send_q
    return protocol, STATES[protocol], str(one.recv_q), str(send_q), place, f"ino:{one.inode}", f"pid={one.pid}"


def ss_told(made: Link) -> list[tuple[str, ...]]:
    """The same columns by ss itself."""
    rows = []
    for line in made.at_target("ss", "-Htulnpe").splitlines():
        words = line.split()
        inode = next(word for word in words if word.startswith("ino:"))
        pids = sorted(int(part.partition(",")[0]) for part in line.split("pid=")[1:])
        rows.append((*words[:5], inode, f"pid={pids[0]}"))
    return rows


def test_the_list_is_that_of_ss_there_socket_by_socket(world: tuple[Link, SshServer], drawn: set[int]) -> None:
    made, server = world
    listing = remote_listing(server.host, server.command)
    assert Counter(map(as_ss_writes, listing.sockets)) == Counter(ss_told(made))
    assert {one.local_port for one in listing.sockets} >= drawn
    assert listing.complete
    assert listing.notes == ()


def test_the_list_is_the_hosts_own_view_of_itself(world: tuple[Link, SshServer], drawn: set[int]) -> None:
    made, server = world
    with inside(made.target):
        own = own_listing()
    listing = remote_listing(server.host, server.command)
    columns = ("protocol", "local", "recv_q", "uid", "user", "inode", "pid", "program", "backlog", "v6only", "device")
    mine, theirs = ([[getattr(one, name) for name in columns] for one in view.sockets] for view in (listing, own))
    assert sorted(mine, key=str) == sorted(theirs, key=str)
    assert (listing.host, listing.addresses) == (own.host, own.addresses)
    assert {*Link.address.values(), "127.0.0.1", "::1"} <= listing.addresses


def test_listeners_of_its_other_namespaces_are_told_apart(world: tuple[Link, SshServer], chance: random.Random) -> None:
    made, server = world
    number, port = (Path("/run/netns") / made.scanner).stat().st_ino, chance.randrange(1, 65536)
    with inside(made.scanner):
        sock = opened("dual", port, socket.SOCK_STREAM)
        sock.listen()
    with sock, subprocess.Popen(["ip", "netns", "exec", made.scanner, "sleep", "20"]) as dweller:
        listing = remote_listing(server.host, server.command)
        dweller.terminate()
    there = [one for one in listing.elsewhere if one.note.startswith(f"network namespace {number}, process ")]
    assert [(one.protocol, one.local_port, one.pid) for one in there] == [("tcp6", port, os.getpid())]
    assert port not in {one.local_port for one in listing.sockets}


def test_a_second_call_uses_the_connection_of_the_first(world: tuple[Link, SshServer]) -> None:
    _, server = world
    remote_listing(server.host, server.command)
    before = (server.directory / "log").read_text().count("Accepted publickey")
    remote_listing(server.host, server.command)
    assert (server.directory / "log").read_text().count("Accepted publickey") == before >= 1


@pytest.mark.parametrize(
    ("options", "words", "known_hosts", "port"),
    [
        (["-i", "other_key"], "Permission denied (publickey)", "known_hosts", 0),
        (["-i", "user_key"], "Host key verification failed", "nobody_known", 0),
        (["-i", "user_key"], "Connection refused", "known_hosts", 1),
    ],
)
def test_ssh_says_itself_what_failed(
    world: tuple[Link, SshServer], options: list[str], words: str, known_hosts: str, port: int
) -> None:
    _, server = world
    key = str(server.directory / options[1])
    command = server.with_options("-i", key, known_hosts=known_hosts, port=port)
    with pytest.raises(LocalError) as told:
        remote_listing(server.host, command)
    assert words in str(told.value)
    assert "\n" not in str(told.value)


def test_a_host_without_a_route_or_a_name_is_said_to_be_so(world: tuple[Link, SshServer]) -> None:
    _, server = world
    for host, words in (("10.200.0.1", "Network is unreachable"), ("no.such.invalid", "Could not resolve hostname")):
        with pytest.raises(LocalError, match=words):
            remote_listing(host, server.command)


def test_a_login_shell_that_is_no_posix_shell_and_greets_is_no_hindrance(world: tuple[Link, SshServer]) -> None:
    made, _ = world
    with ssh_server(made, port=2223, more="ForceCommand echo welcome; exec $SSH_ORIGINAL_COMMAND") as other:
        listing = remote_listing(other.host, other.command)
    assert {one.local_port for one in listing.sockets} >= {2222, 2223}


def test_a_host_that_runs_nothing_is_told_from_one_that_is_not_there(world: tuple[Link, SshServer]) -> None:
    made, _ = world
    with (
        ssh_server(made, port=2224, more="ForceCommand echo no shell for you >&2; exit 3") as other,
        pytest.raises(LocalError, match=r"did not run “sh -s” \(exit status 3\): no shell for you\."),
    ):
        remote_listing(other.host, other.command)


def test_a_plain_user_there_learns_the_same_but_the_owners(world: tuple[Link, SshServer], drawn: set[int]) -> None:
    made, _ = world
    plain = "ForceCommand exec setpriv --reuid 65534 --regid 65534 --clear-groups $SSH_ORIGINAL_COMMAND"
    with ssh_server(made, port=2225, more=plain) as other:
        listing = remote_listing(other.host, other.command)
        truth = Counter(row[:6] for row in ss_told(made))
    assert Counter(as_ss_writes(one)[:6] for one in listing.sockets) == truth
    assert {one.pid for one in listing.sockets} == {None}
    assert listing.notes == (
        f"Owners that are hidden on {other.host}: {truth.total()}. Only root sees those of other users' processes.",
    )
