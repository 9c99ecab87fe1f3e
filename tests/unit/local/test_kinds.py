"""UNIX and packet sockets from bytes, filters, peers and namespaces."""

import os
import socket
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.namespaces import inside as in_named
from tests.namespaces import link
from tui_scan.local.filter import matching, parse_socket_filter
from tui_scan.local.namespaces import OWN, Namespace, find, inside, namespaces
from tui_scan.local.packet_table import parse_packet
from tui_scan.local.peers import peer_of
from tui_scan.local.records import KINDS, LocalSocket
from tui_scan.local.selection import Selection, select
from tui_scan.local.sockets import read_namespace, read_sockets
from tui_scan.local.states import KIND_MEANINGS, SocketState
from tui_scan.local.unix_diag import parse_proc_unix, parse_unix_diag, path
from tui_scan.model.errors import LocalError, UsageError

HEADING = b"Num       RefCount Protocol Flags    Type St Inode Path\n"
LISTENER = b"000000000f35e70e: 00000002 00000000 00010000 0001 01 29560 /run/a file\n"
QUEUED = b"00000000b769ef45: 00000003 00000000 00000000 0005 02     0 @abs@1\n"


def unix_message(state: int, inode: int, *told: tuple[int, bytes]) -> bytes:
    body = struct.pack("=BBBBI8s", socket.AF_UNIX, 1, state, 0, inode, b"cookie12")
    for kind, value in told:
        body += struct.pack("=HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)
    return struct.pack("=IHHII", 16 + len(body), 20, 2, 1, 0) + body


def test_unix_sockets_by_netlink() -> None:
    found: list[LocalSocket] = []
    data = unix_message(10, 5, (0, b"/run/x\0"), (4, struct.pack("=II", 2, 16)), (7, struct.pack("=I", 1000)))
    data += unix_message(1, 6, (0, b"\0abs\0\x1b"), (2, struct.pack("=I", 5)), (4, struct.pack("=II", 9, 768)))
    data += struct.pack("=IHHIIi", 20, 3, 2, 1, 0, 0)
    assert parse_unix_diag(data, found) is True
    listener, client = found
    assert (listener.local_address, listener.recv_q, listener.send_q, listener.backlog) == ("/run/x", 2, 0, 16)
    assert (listener.uid, listener.kind, listener.state) == (1000, "stream", SocketState.LISTEN)
    assert (client.local_address, client.peer, client.recv_q, client.send_q) == ("@abs@\\x1b", 5, 9, 768)
    assert client.uid is None and client.listening is False and client.family == 0


def test_unix_sockets_by_proc() -> None:
    listener, queued = parse_proc_unix(HEADING + LISTENER + QUEUED + b"cut short\n")
    assert (listener.local_address, listener.state, listener.kind) == ("/run/a file", SocketState.LISTEN, "stream")
    assert (queued.local_address, queued.kind, queued.note) == ("@abs@1", "seqpacket", "in accept queue")


@given(st.binary(max_size=200))
def test_damaged_tables_are_never_an_error(noise: bytes) -> None:
    assert parse_proc_unix(HEADING + noise + b"\n" + LISTENER)[-1].inode == 29560
    words = noise.decode("latin-1")
    assert parse_packet(f"sk\n{words}\n00cd 3 3 0003 7 1 212 0 70\n", {})[-1].inode == 70
    assert path(noise).isprintable()


def test_packet_sockets() -> None:
    text = "sk RefCnt Type Proto Iface R Rmem User Inode\n00cd 3 3 0003 7 1 212 0 70\n00ce 3 2 0806 0 1 0 5 71\n"
    first, second = parse_packet(text + "00cf 3 2 0806 0 1 0 x 72\n", {7: "eth0"})
    assert (first.local, first.kind, first.recv_q, first.inode) == ("all:eth0", "raw", 212, 70)
    assert (second.local, second.kind, second.uid) == ("0x0806", "dgram", 5)


@pytest.mark.parametrize(
    ("selection", "kinds"),
    [
        (Selection(), KINDS),
        (Selection(tcp=True, unix=True), ("tcp", "tcp6", "unix")),
        (Selection(raw=True, ipv6=True), ("raw6", "icmp6")),
        (Selection(ipv4=True), ("tcp", "udp", "raw", "icmp")),
        (Selection(unix=True, ipv4=True), ()),
        (Selection(packet=True), ("packet",)),
    ],
)
def test_the_kinds_that_options_choose(selection: Selection, kinds: tuple[str, ...]) -> None:
    assert selection.protocols == kinds


def made(
    protocol: str = "tcp", *ends: object, inode: int = 9, state: SocketState = SocketState.ESTABLISHED
) -> LocalSocket:
    local, port, remote, peer_port = ends or ("127.0.0.1", 22, "0.0.0.0", 0)
    return LocalSocket(protocol, local, port, remote, peer_port, state, 0, 0, 0, "root", inode)  # type: ignore[arg-type]


def test_listening_means_what_netstat_means() -> None:
    raw = made("raw", "127.0.0.1", 89, "127.0.0.1", 0)
    waiting = made("unix", "/run/x", 0, "", 0, state=SocketState.LISTEN)
    alone = made("unix", "", 0, "", 0, state=SocketState.CLOSE)
    rows = [raw, waiting, alone, made(state=SocketState.LISTEN)]
    assert select(rows, Selection(listening=True)) == [waiting, rows[3]]
    assert select(rows, Selection()) == [raw, alone]


def test_every_meaning_is_of_a_kind_that_is_read() -> None:
    for (kind, state), meaning in KIND_MEANINGS.items():
        one = made(kind, "", 0, "", 0, state=state)
        assert one.meaning == meaning and meaning.endswith(".") and kind in KINDS


NGINX = made("tcp", "10.0.0.5", 443, "0.0.0.0", 0, state=SocketState.LISTEN)._replace(
    program="nginx", pid=80, device="eth0"
)
SSHD = made("tcp6", "::", 22, "::", 0, state=SocketState.LISTEN)._replace(program="sshd", pid=81)
CURL = made("tcp", "10.0.0.5", 40_000, "192.0.2.9", 443)._replace(program="curl", pid=82, user="ann")
BUS = made("unix", "/run/bus", 0, "", 0, state=SocketState.LISTEN)._replace(kind="stream")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("proc:/^ng|^ss/", {NGINX, SSHD}),
        ("proc:/^NG/", {NGINX}),
        ("!proc:/^ng|^ss/", {CURL, BUS}),
        ("port:/4+3/", {NGINX, CURL}),
        (r"port:/\d{2}/", {SSHD}),
        ("state:/lis|est/ user:/^a/", {CURL}),
        (r"addr:/^10\.0\.\S/", {NGINX, CURL}),
        ("addr:/run/bus", {BUS}),
        ("proto:/^tcp$/", {NGINX, CURL}),
        ("proto:stream", {BUS}),
        ("dev:eth", {NGINX}),
        ("/:22.*sshd/", {SSHD}),
        ("/run/", {BUS}),
    ],
)
def test_filters_take_regular_expressions(text: str, found: set[LocalSocket]) -> None:
    assert set(matching((NGINX, SSHD, CURL, BUS), parse_socket_filter(text))) == found


@pytest.mark.parametrize("text", ["proc:/(/", "port:/*/", "/[/"])
def test_a_wrong_expression_is_told_in_a_sentence(text: str) -> None:
    with pytest.raises(UsageError, match="no regular expression"):
        parse_socket_filter(text)


def test_peers_of_udp_and_of_mapped_addresses() -> None:
    server = made("tcp6", "::ffff:127.0.0.1", 80, "::ffff:127.0.0.1", 4000)
    client = made("tcp", "127.0.0.1", 4000, "127.0.0.1", 80)
    asks = made("udp", "127.0.0.1", 5000, "127.0.0.1", 53)
    named = made("udp", "0.0.0.0", 53, "0.0.0.0", 0, state=SocketState.CLOSE)
    away = made("tcp", "10.0.0.5", 4000, "192.0.2.1", 80)
    rows = [server, client, asks, named, away]
    assert [peer_of(one, rows) for one in rows] == [client, server, named, None, None]


def test_a_namespace_is_listed_entered_and_left(own_namespaces: None) -> None:
    with link() as joined, in_named(joined.target), socket.create_server(("127.0.0.1", 0)) as server:
        port, number = server.getsockname()[1], OWN.stat().st_ino
        assert next(one for one in namespaces() if one.own).number == number
        place = find(joined.scanner)
        assert (place.names, place.own, place.number != number) == ((joined.scanner,), False, True)
        assert inside(place, lambda: OWN.stat().st_ino) == place.number
        assert OWN.stat().st_ino == number
        assert port not in {one.local_port for one in read_namespace(place)}
        assert port in {one.local_port for one in read_namespace(find(joined.target))}


def test_a_leftover_file_is_no_namespace(tmp_path: Path) -> None:
    (tmp_path / "leftover").touch()
    (tmp_path / "broken").symlink_to("nowhere")
    (tmp_path / "own").symlink_to(OWN)
    found = namespaces(names=tmp_path)
    assert [one.names for one in found if one.names] == [("own",)] and found[0].own


def test_a_namespace_that_is_gone_is_told_and_errors_come_home() -> None:
    with pytest.raises(LocalError, match="is gone"):
        inside(Namespace(1, pid=1 << 22), read_sockets)
    own = Namespace(1, own=True)
    with pytest.raises(ZeroDivisionError):
        inside(own, lambda: 1 // 0)


def test_without_the_right_to_enter_what_proc_tells_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("tui_scan.local.namespaces._enter", refuse)
    with socket.create_server(("127.0.0.1", 0)) as server:
        inode, port = os.fstat(server.fileno()).st_ino, server.getsockname()[1]
        (row,) = (one for one in read_namespace(Namespace(1, pid=os.getpid())) if one.inode == inode)
    assert (row.local_port, row.backlog) == (port, None)
    with pytest.raises(LocalError, match="CAP_SYS_ADMIN"):
        read_namespace(Namespace(1, names=("web",)))
