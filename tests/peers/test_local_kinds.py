"""Sockets of every kind, drawn by lot, as ss and netstat show them, socket by socket, and as their own program knows.

Run as a program inside a network namespace, with a seed, this file opens the sockets, lets the three read them and
prints what each said as JSON.
"""

import json
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.played import datagram, lay_interfaces, listener, played, settle
from tests.socket_listers import SS_STATES, Row, counted, netstat_row, output, ss_row
from tui_scan.local.attributes import told_of
from tui_scan.local.cgroups import Cgroups
from tui_scan.local.details import group_path
from tui_scan.local.namespaces import Namespace, find, namespaces
from tui_scan.local.owners import Owners
from tui_scan.local.peers import peer_of
from tui_scan.local.records import KINDS, LocalSocket
from tui_scan.local.sockets import read_namespace, read_sockets
from tui_scan.local.timers import timer_name, timer_text

World = dict[str, Any]
DEVICES = ("", "", "lo", "d0")
ADDRESSES = ("127.0.0.1", "127.3.2.1", "0.0.0.0", "10.9.9.1", "::1", "::", "fd99::1")
ETHERTYPES = (3, 0x0800, 0x88B5)
"""ETH_P_ALL, IPv4, and one that IEEE keeps for experiments."""


def bound(kind: int, chance: random.Random, **options: Any) -> socket.socket:
    """A TCP or UDP socket on a random address, maybe on one device only."""
    while True:
        address = chance.choice(ADDRESSES)
        port, device = chance.randrange(7000, 20_000), chance.choice(DEVICES)
        made = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, kind)
        if ":" in address:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, chance.randrange(2))
        if device:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
        try:
            made.bind((address, port))
            if kind == socket.SOCK_STREAM:
                made.listen(chance.randrange(1, 60))
        except OSError:
            made.close()
            continue
        return made


def tcp_world(chance: random.Random) -> list[socket.socket]:
    keep = [bound(socket.SOCK_STREAM, chance) for _ in range(chance.randrange(6, 14))]
    for address in ("127.0.0.1", "::1"):
        for _ in range(chance.randrange(3, 7)):
            keep += connected(listener(address, 0), chance)
    return keep


def connected(server: socket.socket, chance: random.Random) -> list[socket.socket]:
    """A listener and a connection to it, at some moment of its life."""
    keep = [server]
    client = socket.socket(server.family)
    if chance.randrange(2):
        client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    client.connect(server.getsockname()[:2])
    client.sendall(b"x" * chance.randrange(1, 300))
    fate = chance.choice(("waits", "accepted", "half closed", "closed here", "closed there"))
    if fate == "waits":
        return [*keep, client]
    peer = server.accept()[0]
    if fate == "half closed":
        client.shutdown(socket.SHUT_WR)
    if fate == "closed here":
        peer.recv(1000)
        client.close()
        assert peer.recv(1) == b""
        peer.close()
        return keep
    if fate == "closed there":
        peer.recv(1000)
        peer.close()
    return [*keep, client, peer]


def udp_world(chance: random.Random) -> list[socket.socket]:
    keep = [bound(socket.SOCK_DGRAM, chance) for _ in range(chance.randrange(4, 10))]
    for address in ("127.0.0.1", "::1"):
        receiver, sender = datagram(address, 0), datagram(address, 0)
        sender.connect(receiver.getsockname()[:2])
        sender.send(b"y" * chance.randrange(1, 60))
        keep += [receiver, sender]
    return keep


def raw_world(chance: random.Random) -> list[socket.socket]:
    keep = [socket.socket(socket.AF_INET, socket.SOCK_RAW, chance.randrange(100, 250)) for _ in range(3)]
    keep += [socket.socket(socket.AF_INET6, socket.SOCK_RAW, number) for number in (58, chance.randrange(140, 250))]
    keep[0].connect(("127.0.0.1", 0))
    keep[1].bind(("127.3.2.1", 0))
    kinds = (socket.SOCK_RAW, socket.SOCK_DGRAM)
    on_all = socket.socket(socket.AF_PACKET, chance.choice(kinds), socket.htons(chance.choice(ETHERTYPES)))
    on_one = socket.socket(socket.AF_PACKET, chance.choice(kinds))
    on_one.bind(("lo", chance.choice(ETHERTYPES)))
    return [*keep, on_all, on_one]


def unix_world(chance: random.Random, place: Path) -> list[socket.socket]:
    keep: list[socket.socket] = []
    for number in range(chance.randrange(3, 7)):
        kind = chance.choice((socket.SOCK_STREAM, socket.SOCK_SEQPACKET))
        server = socket.socket(socket.AF_UNIX, kind)
        name = chance.choice((str(place / f"s{number}"), f"\0abstract/{number}\0{chance.randrange(1000)}"))
        server.bind(name)
        server.listen(chance.randrange(2, 9))
        waits = socket.socket(socket.AF_UNIX, kind)
        waits.connect(name)
        keep += [server, waits]
        if chance.randrange(2):
            keep.append(server.accept()[0])
            waits.sendall(b"z" * chance.randrange(1, 100))
    receiver, sender = (socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(2))
    receiver.bind(str(place / "dgram"))
    if chance.randrange(2):
        sender.connect(str(place / "dgram"))
    sender.sendto(b"hello", str(place / "dgram"))
    alone = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    return [*keep, receiver, sender, alone, *socket.socketpair(type=socket.SOCK_STREAM)]


def ping_world() -> list[socket.socket]:
    """A ping socket, where this namespace's administrator, we, may allow it."""
    try:
        Path("/proc/sys/net/ipv4/ping_group_range").write_text("0 0")
        ping = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP)
    except OSError:
        return []
    ping.bind(("127.0.0.1", 0))
    return [ping]


def play(seed: int) -> None:
    lay_interfaces("10.9.9.1/24", "fd99::1/64")
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as directory:
        keep = [*tcp_world(chance), *udp_world(chance), *raw_world(chance), *unix_world(chance, Path(directory))]
        keep += ping_world()
        settle(at_rest)
        read = Owners().name(read_sockets(None, KINDS, everything=True))
        told = {
            "ours": [as_row(one, read) for one in read],
            "ss": [ss_inet(line) for line in output(["ss", "-HtuwaneopO"])],
            "ss_unix": [ss_unix(line) for line in output(["ss", "-HxanpO"])],
            "ss_packet": [ss_packet(line) for line in output(["ss", "-H0anpO"])],
            "netstat": [
                netstat_row(line) for line in output(["netstat", "-antuwpeW"]) if line.startswith(("tcp", "udp"))
            ],
            "netstat_raw": [line.split() for line in output(["netstat", "-anwp"]) if line.startswith("raw")],
            "netstat_unix": [netstat_unix(line) for line in output(["netstat", "-xanpW"]) if line.startswith("unix")],
            "netstat_timers": [line.split() for line in output(["netstat", "-antoW"]) if line.startswith("tcp")],
            "truth": [truth(one) for one in keep if one.fileno() >= 0],
            "elsewhere": elsewhere(),
        }
        print(json.dumps(told))
        for one in keep:
            one.close()


def at_rest(rows: list[list[str]]) -> bool:
    """No FIN waits for its ACK, and no data does."""
    # A FIN_WAIT2 whose program is gone becomes a TIME_WAIT of its own accord; listeners show no queue to send.
    return all(row[3] not in ("04", "09", "0B") and row[4].startswith("00000000:") for row in rows)


def elsewhere() -> Row:
    """What listens in a namespace inside this one, by our word and by that of ss in it."""
    code = (
        "import socket, sys; a = socket.create_server(('127.0.0.1', 6777)); b = socket.create_server(('::', 6778), "
        "family=socket.AF_INET6); c = socket.create_connection(('127.0.0.1', 6777)); print('ready', flush=True); "
        "sys.stdin.read()"
    )
    command = ["unshare", "-n", "sh", "-c", 'ip link set lo up; exec "$0" -c "$1"', sys.executable, code]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as inner:
        assert inner.stdout is not None and inner.stdin is not None and inner.stdout.readline() == b"ready\n"
        place = find(str(inner.pid))
        listed = next(one for one in namespaces() if one.number == place.number)
        answer = {
            "pid": inner.pid,
            "inside": [as_row(one) for one in read_namespace(place)],
            "by_proc": [as_row(one) for one in read_sockets(f"/proc/{inner.pid}/net")],
            "ss": [ss_row(line) for line in output(["nsenter", "-t", str(inner.pid), "-n", "ss", "-HtuanpeO"])],
            "listed": [listed.pid, listed.program, listed.processes, listed.own],
            "own": [one.own for one in namespaces()].count(True),
        }
        inner.stdin.close()
    return answer


def as_row(one: LocalSocket, others: list[LocalSocket] | None = None) -> Row:
    peer = peer_of(one, others) if others is not None else None
    told = told_of(one)
    return one._asdict() | {
        "state": one.state_label,
        "message": None,
        "clock": None,
        "timer": timer_name(one),
        "timer_text": timer_text(one),
        "group": group_path(one, Cgroups()),
        "peer_found": peer.inode if peer else None,
        "rtt": told.tcp.rtt if told.tcp else None,
    }


def ss_inet(line: str) -> Row:
    row = ss_row(re.sub(r"%\w+(?=\]?:)", "", line))
    words = line.split()
    device = re.search(r"%(\w+)\]?:", words[4])
    timer = re.search(r"timer:\((\w+),", line)
    group = re.search(r"cgroup:(/\S*)", line)
    return row | {
        "device": device[1] if device else "",
        "timer": timer[1] if timer else "off",
        "group": group[1] if group else None,
    }


def ss_unix(line: str) -> Row:
    kind, state, recv_q, send_q, path, inode, _, peer = line.split()[:8]
    pid = re.search(r"pid=(\d+)", line)
    return {
        "kind": {"u_str": "stream", "u_dgr": "dgram", "u_seq": "seqpacket"}[kind],
        "state": SS_STATES.get(state, state),
        "recv_q": int(recv_q),
        "send_q": int(send_q),
        "path": "" if path == "*" else path,
        "inode": int(inode),
        "peer": int(peer),
        "pid": int(pid[1]) if pid else None,
    }


def ss_packet(line: str) -> Row:
    words = line.split()
    pid = re.search(r"pid=(\d+)", line)
    device = words[4].rpartition(":")[2]
    kinds = {"p_raw": "raw", "p_dgr": "dgram"}
    return {"kind": kinds[words[0]], "device": "" if device == "*" else device, "pid": int(pid[1]) if pid else None}


def netstat_unix(line: str) -> Row:
    found = re.fullmatch(r"unix +\d+ +\[.*?\] +(\w+) +([A-Z]*) +(\d+) +(-|(\d+)/.*?) *(\S*)", line)
    assert found, line
    return {
        "kind": found[1].lower(),
        "state": found[2],
        "inode": int(found[3]),
        "pid": int(found[5]) if found[5] else None,
        "path": found[6],
    }


def truth(one: socket.socket) -> Row:
    """What the program that made a socket knows of it."""
    name: Any = one.getsockname()
    row: Row = {"inode": os.fstat(one.fileno()).st_ino}
    if one.family in (socket.AF_INET, socket.AF_INET6):
        asked = one.getsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, 16)
        number = one.proto if one.type == socket.SOCK_RAW else name[1]
        row |= {"local_address": name[0], "local_port": number, "device": asked.rstrip(b"\0").decode()}
    if one.family == socket.AF_INET6 and one.type != socket.SOCK_RAW:
        row["v6only"] = bool(one.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY))
    if one.family == socket.AF_UNIX:
        row["local_address"] = name.decode().replace("\0", "@") if isinstance(name, bytes) else name
    return row


@pytest.fixture(scope="module")
def world(seed: int) -> World:
    told: World = played(__file__, ("nsenter", "ip", "ss", "netstat"), str(seed))
    return told


def of(world: World, *starts: str) -> list[Row]:
    return [row for row in world["ours"] if row["protocol"].startswith(starts)]


@pytest.fixture(autouse=True)
def told_seed(seed: int) -> None:
    print(f"TUI_SCAN_SEED={seed}")


ENDS_OF = ("local", "remote")
ENDS = ("protocol", "local_address", "local_port", "remote_address", "remote_port", "state", "recv_q", "inode", "pid")


def test_addresses_queues_devices_timers_and_owners_are_those_of_ss(world: World) -> None:
    # Where the kernel has no raw_diag, ss reads raw sockets from /proc, and tells no inode.
    known = {row["inode"] for row in world["ss"]}
    ours = [row | {"inode": row["inode"] if row["inode"] in known else 0} for row in of(world, "tcp", "udp", "raw")]
    assert all(row["inode"] for row in of(world, "raw"))
    columns = (*ENDS, "device", "timer")
    assert counted(ours, *columns) == counted(world["ss"], *columns)
    backlogs = [row for row in world["ss"] if row["state"] == "LISTEN"]
    assert counted([row for row in ours if row["state"] == "LISTEN"], "inode", "backlog") == counted(
        backlogs, "inode", "send_q"
    )
    others = [row for row in world["ss"] if row["state"] != "LISTEN"]
    assert counted([row for row in ours if row["state"] != "LISTEN"], *ENDS, "send_q") == counted(
        others, *ENDS, "send_q"
    )


def test_control_groups_are_those_of_ss(world: World) -> None:
    theirs = {row["inode"]: row["group"] for row in world["ss"] if row["inode"] and row["group"]}
    ours = {row["inode"]: row["group"] for row in of(world, "tcp", "udp") if row["inode"] in theirs}
    assert ours == theirs


def test_addresses_queues_and_owners_are_those_of_netstat(world: World) -> None:
    names = ("local_address", "remote_address")
    ours = [row | {name: row[name].removeprefix("::ffff:") for name in names} for row in of(world, "tcp", "udp")]
    columns = (*ENDS, "send_q")
    assert counted(ours, *columns) == counted(world["netstat"], *columns)


def test_raw_sockets_are_those_of_netstat(world: World) -> None:
    ours = Counter(
        (row["protocol"], f"{row['local_address']}:{row['local_port']}", row["remote_address"], str(row["pid"]))
        for row in of(world, "raw")
    )
    theirs = Counter(
        (words[0], words[3], words[4].removesuffix(":*"), words[6].partition("/")[0]) for words in world["netstat_raw"]
    )
    assert ours == theirs
    assert ours.total() == 5


def test_timers_are_those_of_netstat(world: World) -> None:
    ours, theirs = {}, {}
    for row in of(world, "tcp"):
        ends = tuple(f"{row[f'{end}_address'].removeprefix('::ffff:')}:{row[f'{end}_port'] or '*'}" for end in ENDS_OF)
        ours[row["protocol"], *ends] = row["timer_text"]
    for words in world["netstat_timers"]:
        theirs[words[0], words[3], words[4]] = " ".join(words[6:])
    assert ours.keys() == theirs.keys()
    for key, text in ours.items():
        name, _, numbers = text.partition(" (")
        their_name, _, their_numbers = theirs[key].partition(" (")
        seconds, again, probes = numbers.rstrip(")").split("/")
        their_seconds, their_again, their_probes = their_numbers.rstrip(")").split("/")
        assert (name, again, probes) == (their_name, their_again, their_probes), key
        assert 0 <= float(seconds) - float(their_seconds) < 5, key


def test_unix_sockets_are_those_of_ss(world: World) -> None:
    held = [row for row in of(world, "unix") if row["inode"]]
    ours = [row | {"path": row["local_address"], "send_q": row["send_q"] + (row["backlog"] or 0)} for row in held]
    columns = ("kind", "state", "recv_q", "send_q", "path", "inode", "peer", "pid")
    assert counted(ours, *columns) == counted(world["ss_unix"], *columns)
    assert len(ours) >= 9


def test_unix_sockets_are_those_of_netstat(world: World) -> None:
    words = {"LISTEN": "LISTENING", "ESTABLISHED": "CONNECTED", "": ""}
    ours = [
        row | {"path": row["local_address"], "state": words[row["state"]] if row["inode"] else "CONNECTING"}
        for row in of(world, "unix")
    ]
    columns = ("kind", "state", "path", "inode", "pid")
    assert counted(ours, *columns) == counted(world["netstat_unix"], *columns)
    assert all(row["note"] == "in accept queue" for row in of(world, "unix") if not row["inode"])


def test_packet_sockets_are_those_of_ss(world: World) -> None:
    ours = of(world, "packet")
    assert counted(ours, "kind", "device", "pid") == counted(world["ss_packet"], "kind", "device", "pid")
    assert len(ours) == 2


def test_every_socket_is_there_once_as_its_program_knows_it(world: World) -> None:
    by_inode = {row["inode"]: row for row in world["ours"]}
    held = Counter(row["inode"] for row in world["ours"] if row["inode"])
    assert {row["inode"] for row in world["truth"]} <= held.keys()
    assert held.most_common(1)[0][1] == 1
    for row in world["truth"]:
        found = by_inode[row["inode"]]
        for name, value in row.items():
            if name != "v6only" or found["remote_port"] == 0:
                assert found[name] == value, (name, row, found)


def test_the_other_end_of_a_connection_is_found(world: World) -> None:
    rows = of(world, "tcp", "unix")
    by_inode = {row["inode"]: row for row in rows if row["inode"]}
    joined = [row for row in rows if row["inode"] and row["peer_found"]]
    assert len(joined) >= 4
    for row in joined:
        other = by_inode[row["peer_found"]]
        if row["protocol"] == "unix":
            assert other["peer"] in (0, row["inode"])
        else:
            assert (other["remote_address"], other["remote_port"]) == (row["local_address"], row["local_port"])
    assert any(row["rtt"] for row in of(world, "tcp") if row["state"] == "ESTABLISHED")


def test_another_namespace_is_read_as_ss_reads_it_there(world: World) -> None:
    told = world["elsewhere"]
    columns = (*ENDS[:-1],)
    for source in ("inside", "by_proc"):
        assert counted(told[source], *columns) == counted(told["ss"], *columns), source
    assert {row["local_port"] for row in told["inside"] if row["state"] == "LISTEN"} == {6777, 6778}
    pid, _, processes, own = told["listed"]
    assert (pid, processes, own) == (told["pid"], 1, False)
    assert told["own"] == 1
    assert not {6777, 6778} & {row["local_port"] for row in world["ours"] if row["state"] == "LISTEN"}


def test_a_namespace_by_another_word_is_refused_in_a_sentence() -> None:
    assert isinstance(find(str(os.getpid())), Namespace)
    for word in ("no-such-name", "999999999"):
        with pytest.raises(Exception, match="--namespaces"):
            find(word)


if __name__ == "__main__":
    play(int(sys.argv[1]))
