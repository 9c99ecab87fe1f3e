"""The local view beside ss and netstat, socket by socket, in a network namespace of its own.

Run as a program inside that namespace, this file opens sockets of every kind, lets the three read them and
prints what each said as JSON.
"""

import json
import socket
import struct
from collections import Counter

import pytest

from tests.played import datagram, lay_interfaces, listener, played, settle
from tests.socket_listers import Row, counted, netstat_row, output, ss_row
from tui_scan.local.owners import Owners
from tui_scan.local.records import LocalSocket
from tui_scan.local.sockets import read_sockets

NETSTAT = ["netstat", "-antupeW"]
SS = ["ss", "-HtuanpeO"]

World = dict[str, list[Row]]


def client(address: str, port: int) -> socket.socket:
    return socket.create_connection((address, port), timeout=5)


def half_open(port: int) -> None:
    """Send one SYN from an address that never answers: the listener keeps a request in SYN_RECV."""
    source, target = socket.inet_aton("10.9.9.99"), socket.inet_aton("10.9.9.1")
    segment = struct.pack("!HHIIBBHHH", 40000, port, 1, 0, 5 << 4, 2, 1024, 0, 0)
    pseudo = source + target + struct.pack("!BBH", 0, socket.IPPROTO_TCP, len(segment)) + segment
    total = sum(struct.unpack(f"!{len(pseudo) // 2}H", pseudo))
    total = (total & 0xFFFF) + (total >> 16)
    checksum = ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF
    segment = segment[:16] + struct.pack("!H", checksum) + segment[18:]
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 40, 1, 0, 64, socket.IPPROTO_TCP, 0, source, target)
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as raw:
        raw.sendto(header + segment, ("10.9.9.1", 0))


def tcp_world() -> list[socket.socket]:
    loopback, wildcard = listener("127.0.0.1", 7001, 37), listener("0.0.0.0", 7002)
    dual, only6 = listener("::", 7005, v6only=False), listener("::", 7004, v6only=True)
    keep = [loopback, wildcard, dual, only6, listener("::1", 7003)]
    talker = client("127.0.0.1", 7001)
    keep += [talker, loopback.accept()[0]]
    talker.sendall(b"x" * 100)
    mapped = client("127.0.0.1", 7005)
    keep += [mapped, dual.accept()[0], client("::1", 7004), only6.accept()[0]]
    keep += [client("127.0.0.1", 7002)]
    client("127.0.0.1", 7002).close()
    half_closed = client("127.0.0.1", 7001)
    keep += [half_closed, loopback.accept()[0]]
    half_closed.shutdown(socket.SHUT_WR)
    finished = client("::1", 7005)
    peer = dual.accept()[0]
    finished.close()
    assert peer.recv(1) == b""
    peer.close()
    full = listener("127.0.0.1", 7011, 0)
    keep += [full, client("127.0.0.1", 7011), unanswered("127.0.0.1", 7011)]
    return keep


def unanswered(address: str, port: int) -> socket.socket:
    """Begin a connection to a listener whose queue is full: its SYNs are dropped."""
    made = socket.socket()
    made.setblocking(False)
    made.connect_ex((address, port))
    return made


def udp_world() -> list[socket.socket]:
    receiver = datagram("127.0.0.1", 7006)
    connected = datagram("127.0.0.1", 7008)
    connected.connect(("127.0.0.1", 7006))
    connected.send(b"y" * 40)
    peer6 = datagram("::1", 7012)
    peer6.connect(("::1", 7009))
    return [
        receiver,
        connected,
        peer6,
        datagram("0.0.0.0", 7007),
        datagram("::1", 7009),
        datagram("::", 7010, v6only=True),
        datagram("::", 7013),
    ]


def play() -> None:
    lay_interfaces("10.9.9.1/24")
    keep = tcp_world() + udp_world()
    half_open(7002)
    settle(at_rest)
    told = {
        "diag": [as_row(one) for one in Owners().name(read_sockets())],
        "proc": [as_row(one) for one in Owners().name(read_sockets("/proc/thread-self/net"))],
        "ss": [ss_row(line) for line in output(SS)],
        "netstat": [netstat_row(line) for line in output(NETSTAT) if line.startswith(("tcp", "udp"))],
    }
    print(json.dumps(told))
    for one in keep:
        one.close()


def at_rest(rows: list[list[str]]) -> bool:
    """Every FIN has its ACK, which may be delayed, and the SYN is in its listener's queue."""
    states = {row[3] for row in rows}
    return "04" not in states and states >= {"03", "05", "06", "08"}


def as_row(one: LocalSocket) -> Row:
    return one._asdict() | {"state": one.state_label, "message": len(one.message)}


@pytest.fixture(scope="module")
def world() -> World:
    told: World = played(__file__, ("ip", "ss", "netstat"))
    return told


ADDRESSES = ("local_address", "remote_address")
PLACE = ("protocol", "local_address", "local_port", "remote_address", "remote_port", "state", "inode")


@pytest.mark.parametrize("source", ["diag", "proc"])
def test_every_socket_is_the_one_ss_shows(world: World, source: str) -> None:
    columns = (*PLACE, "recv_q", "pid", "program")
    assert counted(world[source], *columns) == counted(world["ss"], *columns)
    unheard = [row for row in world[source] if row["state"] != "LISTEN"]
    assert counted(unheard, *PLACE, "send_q") == counted(
        [row for row in world["ss"] if row["state"] != "LISTEN"], *PLACE, "send_q"
    )


@pytest.mark.parametrize("source", ["diag", "proc"])
def test_every_socket_is_the_one_netstat_shows(world: World, source: str) -> None:
    columns = (*PLACE, "recv_q", "send_q", "pid")
    ours = [row | {name: row[name].removeprefix("::ffff:") for name in ADDRESSES} for row in world[source]]
    assert counted(ours, *columns) == counted(world["netstat"], *columns)
    held = [row for row in world[source] if row["inode"]]
    assert counted(held, "inode", "uid") == counted([row for row in world["netstat"] if row["inode"]], "inode", "uid")


def test_backlog_and_v6only_are_those_ss_shows(world: World) -> None:
    ours = [row for row in world["diag"] if row["state"] == "LISTEN"]
    theirs = [row for row in world["ss"] if row["state"] == "LISTEN"]
    assert counted(ours, "inode", "backlog") == counted(theirs, "inode", "send_q")
    ours6 = [row for row in world["diag"] if row["local_address"] == "::"]
    theirs6 = [row for row in world["ss"] if row["local_address"] == "::"]
    assert counted(ours6, "local_port", "v6only") == counted(theirs6, "local_port", "v6only")
    assert {row["local_port"]: row["v6only"] for row in ours6 if row["state"] == "LISTEN"} == {
        7004: True,
        7005: False,
    }


@pytest.mark.parametrize("source", ["diag", "proc"])
def test_the_world_holds_every_kind_and_says_why_nobody_owns_a_socket(world: World, source: str) -> None:
    rows = world[source]
    assert {row["state"] for row in rows} >= {
        "LISTEN",
        "ESTABLISHED",
        "SYN_SENT",
        "SYN_RECV",
        "FIN_WAIT2",
        "CLOSE_WAIT",
        "TIME_WAIT",
        "",
    }
    queued = [row for row in rows if row["note"] == "in accept queue"]
    waiting = {row["local_port"]: row["recv_q"] for row in rows if row["state"] == "LISTEN"}
    assert Counter(row["local_port"] for row in queued) == Counter(
        {port: count for port, count in waiting.items() if count}
    )
    assert all(row["note"] for row in rows if row["protocol"].startswith("tcp") and not row["inode"])
    assert all(row["uid"] is None for row in rows if row["state"] == "TIME_WAIT")


if __name__ == "__main__":
    play()
