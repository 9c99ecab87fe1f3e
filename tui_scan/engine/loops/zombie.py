"""Talking to a zombie: SYN-ACKs that it resets, and the identifications of its resets."""

import os
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from typing import NamedTuple

import numpy as np

from tui_scan.engine.probes import TRIES, PortBlock
from tui_scan.engine.scan import Watch
from tui_scan.engine.techniques.idle import Counting, counting, why_not
from tui_scan.engine.transport.bpf import scan_filter
from tui_scan.engine.transport.copies import once
from tui_scan.engine.transport.inbox import Inbox
from tui_scan.engine.transport.raw_ip import RawIpSender
from tui_scan.engine.transport.rtnetlink import RouteTable
from tui_scan.engine.wire.build import Addressing, Segment, segments
from tui_scan.model.errors import LocalError, RefusedError
from tui_scan.model.tcp_flags import ACK, SYN
from tui_scan.model.techniques import Protocol
from tui_scan.privilege.sockets import SocketSource
from tui_scan.scope.third_party import Party

FIRST_LOOK, APART = 6, 0.03
"""SYN-ACKs by which a zombie is looked at, and the seconds between them."""
PATIENCE = 1.0
_WINDOW = 1024
_TCP_HEADER = 20
SPOOFED = 4
"""SYN-ACKs in the target's name, by which one counter for all destinations is known."""


class Asked(NamedTuple):
    """One question to the zombie and its answer, packets from their IP headers on; times are CLOCK_REALTIME."""

    sent: bytes
    sent_ns: int
    answer: bytes
    answer_ns: int

    @property
    def identification(self) -> int:
        """That of the answer."""
        return int.from_bytes(self.answer[4:6], "big")


class Zombie:
    """A host whose identifications are to tell of others. ``turn`` is called before each packet and keeps the pace.

    ``watch`` is shown the packets by which it is examined. ``way`` is how it counts, known after ``examine``; ``rtt``
    the longest round trip to it in seconds.
    """

    def __init__(
        self, sockets: SocketSource, party: Party, interface: str | None, turn: Callable[[], None], watch: Watch | None
    ) -> None:
        self._watch, self.party, self.address = watch, party, socket.inet_aton(party.address)
        self._turn, self.rtt = turn, 0.0
        self.way = Counting(1, False)
        with ExitStack() as stack:
            block = stack.enter_context(closing(PortBlock(4, (Protocol.TCP,))))
            self._port, self._number = block.first, 0
            table = stack.enter_context(closing(RouteTable()))
            index = socket.if_nametoindex(interface) if interface else 0
            self._own = table.route(self.address, index).source or bytes(4)
            code = once() + scan_filter(4, block.first, block.last)
            self._inbox = stack.enter_context(closing(Inbox(sockets, code)))
            names = np.frombuffer(self.address, np.uint8)[None, :]
            self._sender = stack.enter_context(
                closing(RawIpSender(sockets, 4, interface, names, np.zeros(1, np.uint32)))
            )
            self._stack = stack.pop_all()

    def close(self) -> None:
        """Give back ports and sockets."""
        self._stack.close()

    def examine(self) -> None:
        """Look at how the host counts; RefusedError where it is no zombie."""
        asked = []
        for _ in range(FIRST_LOOK):
            found = self.ask(shown=True)
            asked += [found] if found else []
            time.sleep(APART)
        if len(asked) < FIRST_LOOK // 2 + 1:
            raise RefusedError(
                "{address} answered {count} of {first_look} SYN-ACKs to port {port}: such a host cannot be a "
                "zombie. Choose another, or another port of it: -sI HOST:PORT.",
                address=self.party.address,
                count=len(asked),
                first_look=FIRST_LOOK,
                port=self.party.port,
            )
        numbers = [one.identification for one in asked]
        way = counting(numbers)
        if way is None:
            raise RefusedError(
                "{address} does not count, so it is no zombie: {numbers}. Choose another.",
                address=self.party.address,
                numbers=why_not(numbers),
            )
        self.way = way

    def examine_for(self, target: bytes) -> None:
        """See whether answers to ``target`` count too; RefusedError where each destination has its own counter."""
        before = self.ask(shown=True)
        packets = [_packet(target, self.address, 80 + n, self.party.port, SYN | ACK)[0] for n in range(SPOOFED)]
        for _ in packets:
            self._turn()
        self._show(True, packets, [time.time_ns()] * SPOOFED)
        self._sender.send(np.stack([np.frombuffer(one, np.uint8) for one in packets]), np.zeros(SPOOFED, np.int64))
        time.sleep(max(APART, 3 * self.rtt))
        after = self.ask(shown=True)
        if before and after and self.way.between(before.identification, after.identification) <= 1:
            raise RefusedError(
                "{address} counts for each destination by itself: {spoofed} resets that it owed to {target} did "
                "not show in its identifications ({before}, {after}). It is no zombie here. "
                "Choose another.",
                address=self.party.address,
                spoofed=SPOOFED,
                target=socket.inet_ntoa(target),
                before=before.identification,
                after=after.identification,
            )

    def _show(self, out: bool, packets: list[bytes], times_ns: list[int]) -> None:
        if self._watch is not None:
            self._watch(out, np.stack([np.frombuffer(one, np.uint8) for one in packets]), np.array(times_ns, np.int64))

    def ask(self, *, shown: bool = False) -> Asked | None:
        """One SYN-ACK and the reset that answers it; None where none comes. ``shown``: it belongs to no port."""
        self._turn()
        self._number = (self._number + 1) % TRIES
        packet, key = _packet(self._own, self.address, self._port + self._number, self.party.port, SYN | ACK)
        sent_ns = time.time_ns()
        sent = self._sender.send(np.frombuffer(packet, np.uint8)[None, :], np.zeros(1, np.int64))
        if sent.faults:
            code = sent.faults[0][1]
            raise LocalError(
                "Packets to the zombie {address} could not be sent: {os}.",
                address=self.party.address,
                os=os.strerror(code),
            )
        if shown:
            self._show(True, [packet], [sent_ns])
        end = time.monotonic() + min(PATIENCE, max(0.2, 6 * self.rtt))
        while (left := end - time.monotonic()) > 0:
            self._inbox.wait(left)
            arrived = self._inbox.take()
            for row, at in zip(*arrived, strict=True) if arrived else ():
                answer = row.tobytes()
                start = 4 * (answer[0] & 15)
                if answer[12:16] == self.address and answer[start + 4 : start + 8] == key:
                    self.rtt = max(self.rtt, (int(at) - sent_ns) / 1e9)
                    found = Asked(packet, sent_ns, answer[: start + _TCP_HEADER], int(at))
                    if shown:
                        self._show(False, [found.answer], [found.answer_ns])
                    return found
        return None

    def syn_to(self, target: bytes, port: int) -> bytes:
        """A SYN to a port of the target in the zombie's name."""
        return _packet(self.address, target, self.party.port, port, SYN)[0]


def _packet(source: bytes, target: bytes, source_port: int, target_port: int, flags: int) -> tuple[bytes, bytes]:
    """A segment with random numbers, and its acknowledgement number, which a reset repeats (RFC 9293 §3.10.7.1)."""
    drawn = os.urandom(10)
    seq, ack = (np.array([int.from_bytes(drawn[at : at + 4], "big")], np.uint32) for at in (0, 4))
    to = Addressing(
        4,
        np.frombuffer(source, np.uint8)[None, :],
        np.frombuffer(target, np.uint8)[None, :],
        np.array([source_port], np.uint16),
        np.array([target_port], np.uint16),
        np.array([int.from_bytes(drawn[8:], "big") | 1], np.uint16),
    )
    packet: bytes = segments(to, Segment(flags, _WINDOW), seq, ack if flags & ACK else None)[0].tobytes()
    return packet, drawn[4:8]
