"""What the kernel tells of one socket: TCP_INFO, control group, mark, timers; and whose container a path names."""

import errno
import os
import socket
import struct
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_scan.local.attributes import told_of
from tui_scan.local.cgroups import Cgroups, unit
from tui_scan.local.details import command_line, everything
from tui_scan.local.inet_messages import Remembered, parse_answer
from tui_scan.local.netlink import attributes, dump
from tui_scan.local.processes import Processes
from tui_scan.local.records import Clock, LocalSocket
from tui_scan.local.sock_diag import EVERYTHING, read_diag, read_one
from tui_scan.local.sockets import read_sockets
from tui_scan.local.states import SocketState
from tui_scan.local.tcp_info import parse_tcp_info
from tui_scan.local.timers import timer_sentence, timer_text


@pytest.fixture
def pair() -> tuple[socket.socket, socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = socket.create_connection(server.getsockname())
        return client, server.accept()[0]


def row_of(one: socket.socket, protocol: str = "tcp") -> LocalSocket:
    inode = os.fstat(one.fileno()).st_ino
    return next(row for row in read_diag(protocol) if row.inode == inode)


def test_tcp_info_is_what_the_program_itself_is_told(pair: tuple[socket.socket, socket.socket]) -> None:
    client, peer = pair
    client.sendall(b"x" * 5000)
    peer.recv(5000, socket.MSG_WAITALL)
    asked = read_one(row_of(client))
    assert asked is not None
    told = told_of(asked)
    own = client.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 280)
    expected = parse_tcp_info(own)
    assert told.tcp is not None and expected is not None
    assert (told.tcp.rtt, told.tcp.cwnd, told.tcp.mss) == (expected.rtt, expected.cwnd, expected.mss)
    assert told.tcp.bytes_acked == expected.bytes_acked and told.tcp.bytes_acked >= 5000
    assert told.tcp.retransmitted == struct.unpack_from("=I", own, 100)[0]
    assert told.tcp.window_scales is not None and "sack" in told.tcp.options
    algorithm = client.getsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, 16)
    assert told.congestion == algorithm.rstrip(b"\0").decode()
    assert told.memory is not None and told.memory.send_limit == client.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
    for one in pair:
        one.close()
    assert read_one(asked) is None or read_one(asked).state is not SocketState.ESTABLISHED  # type: ignore[union-attr]


def test_what_is_shut_and_marked_is_told(pair: tuple[socket.socket, socket.socket]) -> None:
    client, peer = pair
    client.shutdown(socket.SHUT_WR)
    assert told_of(row_of(client)).shut == "sending"
    if os.geteuid() == 0:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, 0x2A)
        assert told_of(row_of(peer)).mark == 0x2A
    for one in pair:
        one.close()


def test_a_listener_has_no_measurements() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        inode = os.fstat(server.fileno()).st_ino
        (row,) = (one for one in read_diag("tcp", EVERYTHING) if one.inode == inode)
        told = told_of(row)
        assert told.tcp is None and told.memory is not None
        fields = everything(row, Cgroups(), {})
    assert (fields["state"], fields["local_port"], "tcp_info" in fields) == ("LISTEN", row.local_port, False)


def test_what_did_not_change_is_the_very_same_row(pair: tuple[socket.socket, socket.socket]) -> None:
    remembered = Remembered()
    first = read_sockets(None, ("tcp", "unix"), remembered=remembered)
    named = [one.owned_by(1, "named") if one.inode else one for one in first]
    remembered.keep(named)
    peer = pair[1]
    pair[0].sendall(b"new")
    again = {one.key: one for one in read_sockets(None, ("tcp", "unix"), remembered=remembered)}
    mine = row_of(peer)
    assert again[mine.key].recv_q == 3 and again[mine.key].pid is None
    kept = [one for one in again.values() if any(one is before for before in named)]
    assert kept and all(one.program == "named" or not one.inode for one in kept)
    for one in pair:
        one.close()


def test_an_answer_that_breaks_off_is_not_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(request: bytes) -> Iterator[bytes]:
        yield from islice(dump(request), 1)
        raise OSError(errno.ENOBUFS, "No buffer space available")

    remembered = Remembered()
    with socket.create_server(("127.0.0.1", 0)):
        monkeypatch.setattr("tui_scan.local.sock_diag.parse_answer", _unfinished)
        monkeypatch.setattr("tui_scan.local.sock_diag.dump", broken)
        found = read_sockets(None, ("tcp",), remembered=remembered)
    assert found and remembered.order == [b""] * len(found)
    remembered.keep(found)


def _unfinished(*told: Any) -> bool:
    parse_answer(*told)
    return False


@given(st.binary(max_size=300))
def test_a_short_or_strange_answer_is_never_an_error(raw: bytes) -> None:
    info = parse_tcp_info(raw)
    assert (info is None) == (len(raw) < 104)
    for kind, value in attributes(raw).items():
        assert 0 <= kind < 1 << 16 and len(value) < len(raw)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/system.slice/ssh.service", "ssh.service"),
        ("/user.slice/user-1000.slice/session-3.scope", "session-3.scope"),
        ("/user.slice/user-1000.slice/user@1000.service/app.slice/firefox.service", "firefox.service"),
        (f"/system.slice/docker-{'3f' * 32}.scope", "docker 3f3f3f3f3f3f"),
        (f"/docker/{'ab' * 32}", "docker abababababab"),
        (f"/kubepods.slice/kubepods-pod1.slice/cri-containerd-{'0c' * 32}.scope", "cri-containerd 0c0c0c0c0c0c"),
        (f"/machine.slice/libpod-{'11' * 32}.scope/container", "libpod 111111111111"),
        ("/lxc.payload.web/system.slice/nginx.service", "lxc web"),
        ("/machine.slice/machine-deb\\x2d12.scope", "machine deb\\x2d12"),
        ("/system.slice", ""),
        ("/", ""),
        (None, ""),
    ],
)
def test_the_unit_or_container_that_a_path_names(path: str | None, name: str) -> None:
    assert unit(path) == name


def test_a_control_group_is_found_by_the_inode_of_its_directory(tmp_path: Path) -> None:
    inner = tmp_path / "tree" / "system.slice" / "a.service"
    inner.mkdir(parents=True)
    mounts = tmp_path / "mounts"
    mounts.write_text(f"tmpfs / tmpfs rw 0 0\ncgroup2 {tmp_path}/tree cgroup2 rw 0 0\n")
    groups = Cgroups(mounts)
    assert groups.path(inner.stat().st_ino) == "/system.slice/a.service"
    assert groups.path((tmp_path / "tree").stat().st_ino) == "/"
    assert groups.path(1 << 60) is None
    assert Cgroups(tmp_path / "nothing").path(1) is None


def test_processes_are_read_once_and_again_when_they_become_another_program(tmp_path: Path) -> None:
    place = tmp_path / "77"
    place.mkdir()
    (place / "cmdline").write_bytes(b"sshd:\0[net]\x1b\0")
    (place / "cgroup").write_text("3:cpu:/\n0::/system.slice/ssh.service\n")
    assert Cgroups(proc=tmp_path).of_process(77) == "/system.slice/ssh.service"
    (tmp_path / "78").mkdir()
    (tmp_path / "78" / "cgroup").write_text("4:memory:/limits/1\n0::/\n")
    assert Cgroups(proc=tmp_path).of_process(78) == "/"
    processes = Processes(tmp_path)
    processes.learn({77: "sshd"})
    assert (processes.command(77), processes.group(77)) == ("sshd: [net]\\x1b", "/system.slice/ssh.service")
    (place / "cmdline").write_bytes(b"bash\0")
    processes.learn({77: "sshd"})
    assert processes.command(77) == "sshd: [net]\\x1b"
    processes.learn({77: "bash"})
    assert processes.command(77) == "bash"
    processes.learn({})
    assert (processes.command(77), processes.group(None)) == ("", "")
    assert command_line(1 << 22, tmp_path) is None


@pytest.mark.parametrize(
    ("timer", "expires", "count", "text", "sentence"),
    [
        (0, 0, 0, "off (0.00/0/0)", ""),
        (1, 230, 2, "on (0.23/2/0)", "in 0.2 s sends again, or gives up, if no ACK comes, 2 times already"),
        (2, 7_190_120, 0, "keepalive (7190.12/0/0)", "in 7190.1 s asks whether the peer is still there"),
        (3, 59_000, 0, "timewait (59.00/0/0)", "in 59.0 s the kernel forgets the connection"),
        (4, 1_000, 3, "probe (1.00/0/3)", "in 1.0 s asks whether the peer's window is open again, 3 times already"),
    ],
)
def test_timers_are_written_as_netstat_does(timer: int, expires: int, count: int, text: str, sentence: str) -> None:
    one = LocalSocket(
        *("tcp", "127.0.0.1", 1, "127.0.0.1", 2, SocketState.ESTABLISHED, 0, 0, 0, "root", 9),
        clock=Clock(timer, expires, count),
    )
    assert (timer_text(one), timer_sentence(one)) == (text, sentence)
