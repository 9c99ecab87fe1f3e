"""The error queue of real sockets on loopback: no privilege, and the ICMP error with its type, code and sender."""

import errno
import socket

import pytest

from tests.namespaces import domain
from tests.scans import until
from tui_scan.engine.techniques import connect, udp
from tui_scan.engine.transport import errqueue
from tui_scan.engine.transport.errqueue import QueuedError
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState

LOOPBACK = {4: "127.0.0.1", 6: "::1"}
UNREACHABLE = {4: (3, 3), 6: (1, 4)}
families = pytest.mark.parametrize("family", [4, 6])


def closed_port(family: int, kind: socket.SocketKind) -> int:
    """A port that was free a moment ago."""
    with socket.socket(domain(family), kind) as sock:
        sock.bind((LOOPBACK[family], 0))
        return int(sock.getsockname()[1])


@families
def test_a_closed_udp_port_tells_type_code_and_sender(family: int) -> None:
    with socket.socket(domain(family), socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)
        errqueue.enable(sock, family)
        sock.connect((LOOPBACK[family], closed_port(family, socket.SOCK_DGRAM)))
        sock.send(b"x")
        found: list[QueuedError] = []

        def heard() -> bool:
            error = errqueue.read(sock)
            found.extend([error] if error else [])
            return bool(error)

        assert until(heard)
        kind, code = UNREACHABLE[family]
        assert found == [QueuedError(errno.ECONNREFUSED, True, kind, code, LOOPBACK[family])]
        name = "ICMP" if family == 4 else "ICMPv6"
        assert str(found[0]) == f"{name} type {kind} code {code} from {LOOPBACK[family]}"
        assert errqueue.read(sock) is None


@families
def test_nothing_is_queued_where_nothing_went_wrong(family: int) -> None:
    with socket.socket(domain(family), socket.SOCK_DGRAM) as listening:
        listening.bind((LOOPBACK[family], 0))
        with socket.socket(domain(family), socket.SOCK_DGRAM) as sock:
            sock.setblocking(False)
            errqueue.enable(sock, family)
            sock.connect(listening.getsockname())
            sock.send(b"x")
            assert listening.recv(9) == b"x"
            assert errqueue.read(sock) is None


@families
def test_a_reset_leaves_the_queue_empty(family: int) -> None:
    with socket.socket(domain(family), socket.SOCK_STREAM) as sock:
        errqueue.enable(sock, family)
        assert sock.connect_ex((LOOPBACK[family], closed_port(family, socket.SOCK_STREAM))) == errno.ECONNREFUSED
        assert errqueue.read(sock) is None


@pytest.mark.parametrize(
    ("family", "code", "queued", "expected"),
    [
        (4, 0, None, (PortState.OPEN, Reason.SYN_ACK)),
        (4, errno.ECONNREFUSED, None, (PortState.CLOSED, Reason.CONN_REFUSED)),
        (4, errno.ECONNREFUSED, (True, 3, 3), (PortState.FILTERED, Reason.PORT_UNREACH)),
        (4, errno.EHOSTUNREACH, (True, 3, 1), (PortState.FILTERED, Reason.HOST_UNREACH)),
        (4, errno.EHOSTUNREACH, (True, 3, 13), (PortState.FILTERED, Reason.ADMIN_PROHIBITED)),
        (4, errno.EHOSTUNREACH, (True, 11, 0), (PortState.FILTERED, Reason.TIME_EXCEEDED)),
        (6, errno.EACCES, (True, 1, 1), (PortState.FILTERED, Reason.ADMIN_PROHIBITED)),
        (6, errno.ECONNREFUSED, (True, 1, 4), (PortState.FILTERED, Reason.PORT_UNREACH)),
        (4, errno.EHOSTUNREACH, (True, 3, 5), (PortState.UNTRIED, Reason.NONE)),
        (4, errno.EMFILE, None, (PortState.UNTRIED, Reason.NONE)),
        (4, errno.EHOSTUNREACH, (False, 0, 0), (PortState.UNTRIED, Reason.NONE)),
        (4, errno.ENETUNREACH, None, (PortState.UNTRIED, Reason.NONE)),
        (4, errno.ETIMEDOUT, None, (PortState.UNTRIED, Reason.NONE)),
    ],
)
def test_a_connects_verdict(
    family: int, code: int, queued: tuple[bool, int, int] | None, expected: tuple[PortState, Reason]
) -> None:
    """By errno and by what stood in the queue; errors of this machine decide nothing."""
    error = QueuedError(code, *queued, "192.0.2.1") if queued else None
    assert connect.verdict(family, code, error, True) == expected


@pytest.mark.parametrize(
    ("family", "code", "queued", "own", "expected"),
    [
        (4, 0, None, True, (PortState.OPEN, Reason.UDP_RESPONSE)),
        (4, errno.ECONNREFUSED, (True, 3, 3), True, (PortState.CLOSED, Reason.PORT_UNREACH)),
        (4, errno.ECONNREFUSED, (True, 3, 3), False, (PortState.FILTERED, Reason.PORT_UNREACH)),
        (6, errno.ECONNREFUSED, (True, 1, 4), True, (PortState.CLOSED, Reason.PORT_UNREACH)),
        (6, errno.ECONNREFUSED, (True, 1, 4), False, (PortState.FILTERED, Reason.PORT_UNREACH)),
        (4, errno.EHOSTUNREACH, (True, 3, 13), True, (PortState.FILTERED, Reason.ADMIN_PROHIBITED)),
        (4, errno.EHOSTUNREACH, (True, 3, 5), True, (PortState.UNTRIED, Reason.NONE)),
        (4, errno.ECONNREFUSED, None, True, (PortState.UNTRIED, Reason.NONE)),
        (4, errno.EPERM, None, True, (PortState.UNTRIED, Reason.NONE)),
        (4, errno.EHOSTUNREACH, (False, 0, 0), True, (PortState.UNTRIED, Reason.NONE)),
    ],
)
def test_a_datagrams_verdict(
    family: int,
    code: int,
    queued: tuple[bool, int, int] | None,
    own: bool,
    expected: tuple[PortState, Reason],
) -> None:
    """Only the target itself can say that its port is closed."""
    error = QueuedError(code, *queued, "192.0.2.1") if queued else None
    assert udp.verdict(family, code, error, own) == expected
