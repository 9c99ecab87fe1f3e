"""Netlink answers, byte by byte, and the kernel's own answer beside /proc."""

import errno
import os
import socket
import struct

import pytest

from tui_scan.local import sockets as reading
from tui_scan.local.inet_messages import parse_answer
from tui_scan.local.records import Clock, LocalSocket
from tui_scan.local.states import SocketState
from tui_scan.model.errors import LocalError


def message(state: int, recv_q: int, send_q: int, inode: int, attributes: bytes = b"") -> bytes:
    body = struct.pack("=BBBB", socket.AF_INET6, state, 0, 0)
    body += struct.pack("!HH", 22, 0) + bytes(15) + b"\1" + bytes(16) + bytes(12)
    body += struct.pack("=IIIII", 0, recv_q, send_q, 0, inode) + attributes
    return struct.pack("=IHHII", 16 + len(body), 20, 2, 1, 0) + body


def control(kind: int, code: int) -> bytes:
    return struct.pack("=IHHIIi", 20, kind, 2, 1, 0, code)


def test_a_listener_with_its_backlog_and_v6only() -> None:
    found: list[LocalSocket] = []
    attributes = struct.pack("=HHB3x", 5, 8, 0) + struct.pack("=HHB3x", 5, 11, 1)
    data = message(10, 3, 128, 77, attributes) + message(1, 3, 128, 0) + control(3, 0)
    assert parse_answer(data, "tcp6", found, {}) is True
    listener, queued = found
    assert (listener.local, listener.remote, listener.state) == ("[::1]:22", "[::]:*", SocketState.LISTEN)
    assert (listener.recv_q, listener.send_q, listener.backlog, listener.v6only) == (3, 0, 128, True)
    assert (queued.send_q, queued.backlog, queued.v6only, queued.note) == (128, None, None, "in accept queue")
    assert queued.uid is None


def test_an_answer_without_an_end_goes_on() -> None:
    found: list[LocalSocket] = []
    assert parse_answer(message(7, 0, 0, 5), "udp6", found, {}) is False
    assert found[0].state_label == ""


@pytest.mark.parametrize("kind", [2, 3])
def test_an_error_of_the_kernel_is_an_error(kind: int) -> None:
    with pytest.raises(OSError) as caught:
        parse_answer(control(kind, -errno.ENOENT), "tcp", [], {})
    assert caught.value.errno == errno.ENOENT


def test_where_sock_diag_is_forbidden_proc_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        inode = os.fstat(server.fileno()).st_ino
        direct = {one.inode: one for one in reading.read_sockets()}[inode]

        def forbidden(protocol: str, extensions: int, remembered: object) -> list[LocalSocket]:
            raise PermissionError(errno.EPERM, "forbidden")

        monkeypatch.setattr(reading, "read_diag", forbidden)
        fallen_back = {one.inode: one for one in reading.read_sockets()}[inode]
    assert direct.backlog is not None
    assert direct.cookie and direct.message
    assert fallen_back == direct._replace(backlog=None, clock=Clock(), message=b"")


def test_a_namespace_that_is_gone_is_a_clear_sentence() -> None:
    with pytest.raises(LocalError, match="does the process still live"):
        reading.read_sockets("/proc/0/net")
