"""A service that answers one of its port's payloads alone is found, and the exchange shows every datagram as sent."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import pytest

from tests.namespaces import Link, domain, inside, link
from tests.scans import scanned, without_raw
from tui_scan.engine.techniques.payloads import PAYLOADS
from tui_scan.model.packets import Origin, Packet
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Technique

PORTS = [port for port, payloads in PAYLOADS.items() if len(payloads) > 1]
SENTINEL = b"the scan is over"
ANSWER = bytes(range(240)) * 6
"""As long as a frame takes: it is kept whole."""


@contextmanager
def choosy(made: Link, port: int, family: int) -> Iterator[list[bytes]]:
    """A service that answers the last payload of its port and hears the others; gives what it was sent, in the end."""
    heard: list[bytes] = []
    with inside(made.target):
        sock = socket.socket(domain(family), socket.SOCK_DGRAM)
        sock.bind((made.address[family], port))

    def serve() -> None:
        while (told := sock.recvfrom(4096))[0] != SENTINEL:
            heard.append(told[0])
            if told[0] == PAYLOADS[port][-1]:
                sock.sendto(ANSWER, told[1])

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield heard
    finally:
        with inside(made.target), socket.socket(domain(family), socket.SOCK_DGRAM) as last:
            last.sendto(SENTINEL, (made.address[family], port))
        thread.join(5)
        sock.close()


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("raw", [True, False])
def test_any_payload_of_a_port_may_be_the_one_that_is_answered(own_namespaces: None, raw: bool, family: int) -> None:
    start = 28 if family == 4 else 48
    with link() as made:
        for port in PORTS:
            rights = nullcontext() if raw else without_raw()
            with choosy(made, port, family) as heard, inside(made.scanner), rights:
                scan = scanned([made.address[family]], [port], Technique.UDP)
            verdict = scan.verdict(0, 0)
            assert (verdict.state, verdict.reason, verdict.tries) == (PortState.OPEN, Reason.UDP_RESPONSE, 1), port
            assert heard == list(PAYLOADS[port]), port
            if raw:
                packets = [packet for packet in scan.exchange(0, 0) if isinstance(packet, Packet)]
                sent = [packet.data[start:] for packet in packets if packet.origin is Origin.SCANNER]
                assert sent == heard, port
                assert packets[-1].data[start:] == ANSWER


@pytest.mark.parametrize("family", [4, 6])
def test_a_tftp_server_that_answers_from_another_port_is_open(own_namespaces: None, family: int) -> None:
    """As RFC 1350 §4 has it; and the port it answers from is not open for that."""
    with link() as made:
        with inside(made.target):
            door = socket.socket(domain(family), socket.SOCK_DGRAM)
            room = socket.socket(domain(family), socket.SOCK_DGRAM)
            door.bind((made.address[family], 69))
            room.bind((made.address[family], 0))

        def serve() -> None:
            while (told := door.recvfrom(4096))[0] != SENTINEL:
                room.sendto(b"\0\5\0\1no such file\0", told[1])

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        with door, room:
            used = room.getsockname()[1]
            with inside(made.scanner):
                scan = scanned([made.address[family]], [69, used], Technique.UDP)
            with inside(made.target), socket.socket(domain(family), socket.SOCK_DGRAM) as last:
                last.sendto(SENTINEL, (made.address[family], 69))
            thread.join(5)
        assert (scan.verdict(0, 0).state, scan.verdict(0, 0).reason) == (PortState.OPEN, Reason.UDP_RESPONSE)
        assert scan.verdict(0, 1).state is not PortState.OPEN
        packets = [packet for packet in scan.exchange(0, 0) if isinstance(packet, Packet)]
        assert [packet.origin for packet in packets][:2] == [Origin.SCANNER, Origin.TARGET]
        assert packets[1].data[-14:-1] == b"\1no such file"
