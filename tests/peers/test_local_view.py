"""The local view beside ss and netstat, socket by socket, in a network namespace of its own.

Run as a program inside that namespace, this file opens sockets of every kind, lets the three read them and
prints what each said as JSON.
"""

import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import missing
from tui_scan.local.owners import Owners
from tui_scan.local.records import LocalSocket
from tui_scan.local.sockets import read_sockets

SS_STATES = {"ESTAB": "ESTABLISHED", "UNCONN": "", "FIN-WAIT-1": "FIN_WAIT1", "FIN-WAIT-2": "FIN_WAIT2"}
NETSTAT = ["netstat", "-antupeW"]
SS = ["ss", "-HtuanpeO"]

Row = dict[str, Any]
World = dict[str, list[Row]]


def listener(address: str, port: int, backlog: int = 16, v6only: bool | None = None) -> socket.socket:
    made = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    if v6only is not None:
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, v6only)
    made.bind((address, port))
    made.listen(backlog)
    return made


def client(address: str, port: int) -> socket.socket:
    return socket.create_connection((address, port), timeout=5)


def datagram(address: str, port: int, v6only: bool = False) -> socket.socket:
    made = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
    if v6only:
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    made.bind((address, port))
    return made


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
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["ip", "link", "add", "d0", "type", "veth", "peer", "name", "d1"], check=True)
    subprocess.run(["ip", "address", "add", "10.9.9.1/24", "dev", "d0"], check=True)
    subprocess.run(["ip", "link", "set", "d0", "up"], check=True)
    subprocess.run(["ip", "link", "set", "d1", "up"], check=True)
    keep = tcp_world() + udp_world()
    half_open(7002)
    settle()
    told = {
        "diag": [as_row(one) for one in Owners().name(read_sockets())],
        "proc": [as_row(one) for one in Owners().name(read_sockets("/proc/thread-self/net"))],
        "ss": [ss_row(line) for line in output(SS)],
        "netstat": [netstat_row(line) for line in output(NETSTAT) if line.startswith(("tcp", "udp"))],
    }
    print(json.dumps(told))
    for one in keep:
        one.close()


def settle() -> None:
    """Wait until every FIN has its ACK, which may be delayed, and the SYN is in its listener's queue."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        states = Path("/proc/net/tcp").read_text() + Path("/proc/net/tcp6").read_text()
        words = [line.split()[3] for line in states.splitlines()]
        if "04" not in words and {"03", "05", "06", "08"} <= set(words):
            return
        time.sleep(0.05)
    raise SystemExit(f"the sockets did not come to rest: {states}")


def output(command: list[str]) -> list[str]:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def as_row(one: LocalSocket) -> Row:
    return one._asdict() | {"state": one.state_label, "message": len(one.message)}


def ss_row(line: str) -> Row:
    protocol, state, recv_q, send_q, local, remote, *rest = line.split()
    (address, port), (peer, peer_port) = local.rsplit(":", 1), remote.rsplit(":", 1)
    six = address == "*" or address.startswith("[")
    details = dict(word.split(":", 1) for word in rest if ":" in word)
    return {
        "protocol": protocol + ("6" if six else ""),
        "local_address": "::" if address == "*" else address.strip("[]"),
        "local_port": int(port),
        "remote_address": "::" if peer == "*" else peer.strip("[]"),
        "remote_port": 0 if peer_port == "*" else int(peer_port),
        "state": SS_STATES.get(state, state.replace("-", "_")),
        "recv_q": int(recv_q),
        "send_q": int(send_q),
        "inode": int(details.get("ino", 0)),
        "pid": int(line.partition("pid=")[2].partition(",")[0]) if "pid=" in line else None,
        "program": line.partition('(("')[2].partition('"')[0] or None,
        "v6only": details.get("v6only") == "1",
    }


def netstat_row(line: str) -> Row:
    protocol, recv_q, send_q, local, remote, *rest = line.split()
    state = "" if rest[0].isdigit() else rest.pop(0)
    (address, port), (peer, peer_port) = local.rsplit(":", 1), remote.rsplit(":", 1)
    pid = rest[2].partition("/")[0]
    return {
        "protocol": protocol,
        "local_address": address,
        "local_port": int(port),
        "remote_address": peer,
        "remote_port": 0 if peer_port == "*" else int(peer_port),
        "state": state,
        "recv_q": int(recv_q),
        "send_q": int(send_q),
        "uid": int(rest[0]),
        "inode": int(rest[1]),
        "pid": int(pid) if pid.isdigit() else None,
    }


@pytest.fixture(scope="module")
def world() -> World:
    for peer in ("unshare", "ip", "ss", "netstat"):
        if not shutil.which(peer):
            missing(f"the peer program {peer} is not installed")
    inside = ["unshare", "-rn"]
    if subprocess.run([*inside, "true"], capture_output=True, check=False).returncode:
        missing("network namespaces cannot be made here")
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), *sys.path])}
    done = subprocess.run(
        [*inside, sys.executable, __file__], capture_output=True, text=True, env=env, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    told: World = json.loads(done.stdout)
    return told


def counted(rows: list[Row], *columns: str) -> Counter[tuple[Any, ...]]:
    return Counter(tuple(row[column] for column in columns) for row in rows)


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
