"""A simulated host without its socket: frames and the time go in, frames come out when they are due."""

import heapq
import random
import struct
from collections.abc import Callable
from itertools import count

from tui_scan.lab.answers import CLOSED, DROP, OPEN, RESET, Answer
from tui_scan.lab.identifications import Numbering
from tui_scan.lab.simulated import frames, sctp, tcp
from tui_scan.lab.simulated.bucket import Bucket
from tui_scan.lab.simulated.frames import Datagram
from tui_scan.lab.simulated.reassembly import Reassembly
from tui_scan.lab.topology import HostSpec
from tui_scan.model.techniques import Protocol

_QUOTE = {4: 548, 6: 1232}
_SYN_ACK_AGAIN_SECONDS = (1.0, 2.0, 4.0)
_ECHO = {4: (8, b"\0"), 6: (128, b"\x81")}


class Stack:
    """Answers frames as ``spec`` says; times are seconds of one clock that the caller owns."""

    def __init__(
        self, spec: HostSpec, mac: bytes, answer: Callable[[int, bytes], bytes], chance: random.Random
    ) -> None:
        self._spec = spec
        self._mac = mac
        self._service = answer
        self._chance = chance
        self._own = frozenset(interface.packed for interface in spec.addresses)
        self._icmp = Bucket(spec.behaviour.icmp_limit)
        self._rst = Bucket(spec.behaviour.rst_limit)
        behaviour = spec.behaviour
        self._ports = tcp.OpenPorts(chance.randbytes(16), behaviour.window, behaviour.options, behaviour.stack)
        self._fragments = Reassembly()
        self._associations = sctp.Endpoint(chance.randbytes(16))
        self._queue: list[tuple[float, int, Callable[[float], bytes | None]]] = []
        self._order = count()
        self._numbering = Numbering(behaviour.identifications, chance)

    @property
    def next_due(self) -> float | None:
        """When ``due`` has something to give next."""
        return self._queue[0][0] if self._queue else None

    def due(self, now: float) -> list[bytes]:
        """The frames to send by now, in the order in which they are due."""
        out = []
        while self._queue and self._queue[0][0] <= now:
            _time, _order, give = heapq.heappop(self._queue)
            frame = give(now)
            if frame is not None:
                out.append(frame)
        return out

    def receive(self, frame: bytes, now: float) -> None:
        """Take a frame from the link."""
        whole = self._fragments.take(frame, now)
        if whole is None:
            return
        reply = frames.arp_reply(whole, self._mac, self._own)
        datagram = None if reply else frames.read(whole)
        if datagram is not None:
            reply = frames.advertisement(datagram, self._mac, self._own)
        if reply is not None:
            self._at(now, lambda _now: reply)
        elif datagram is not None and datagram.destination in self._own and not self._lost():
            self._arrive(datagram, now)

    def _at(self, when: float, give: Callable[[float], bytes | None]) -> None:
        heapq.heappush(self._queue, (when, next(self._order), give))

    def _lost(self) -> bool:
        return self._chance.random() < self._spec.behaviour.loss

    def _send(self, asked: Datagram, protocol: int, payload: bytes, checksum_at: int, now: float) -> None:
        """Answer ``asked`` after the latency, perhaps twice, perhaps never."""
        behaviour = self._spec.behaviour
        source, destination = asked.destination, asked.source
        payload = frames.with_checksum(source, destination, protocol, payload, checksum_at)
        ident = self._numbering.next(destination)
        packet = frames.packet(source, destination, protocol, payload, behaviour.ttl, ident)
        frame = frames.ethernet(asked.sender_mac, self._mac, packet)
        copies = 2 if self._chance.random() < behaviour.duplicates else 1
        for _ in range(copies):
            if not self._lost():
                delay = behaviour.latency_ms + behaviour.jitter_ms * self._chance.random()
                self._at(now + delay / 1000, lambda _now: frame)

    def _arrive(self, datagram: Datagram, now: float) -> None:
        if not frames.has_right_sum(datagram):
            return
        if datagram.protocol == frames.TCP:
            self._tcp(datagram, now)
        elif datagram.protocol == frames.UDP:
            self._udp(datagram, now)
        elif datagram.protocol == frames.SCTP and Protocol.SCTP in self._spec.services:
            self._sctp(datagram, now)
        else:
            self._echo(datagram, now)

    def _echo(self, datagram: Datagram, now: float) -> None:
        kind, answer = _ECHO[datagram.family]
        protocol = frames.ICMP if datagram.family == 4 else frames.ICMP6
        body = datagram.payload
        if self._spec.ping and datagram.protocol == protocol and len(body) >= 8 and body[0] == kind:
            self._send(datagram, protocol, answer + b"\0\0\0" + body[4:], 2, now)

    def _udp(self, datagram: Datagram, now: float) -> None:
        if len(datagram.payload) < 8:
            return
        source, destination = struct.unpack_from(">HH", datagram.payload)
        answer, _router = self._spec.answer(Protocol.UDP, destination)
        if answer is OPEN:
            body = self._service(destination, datagram.payload[8:])
            header = struct.pack(">HHHH", destination, source, 8 + len(body), 0)
            self._send(datagram, frames.UDP, header + body, 6, now)
        elif answer is CLOSED:
            self._error(datagram, 3 if datagram.family == 4 else 1, 3 if datagram.family == 4 else 4, now)
        else:
            self._refuse(datagram, answer, now)

    def _sctp(self, datagram: Datagram, now: float) -> None:
        if not sctp.is_whole(datagram.payload):
            return
        answer, _router = self._spec.answer(Protocol.SCTP, sctp.ports(datagram.payload)[1])
        if answer not in (OPEN, CLOSED):
            self._refuse(datagram, answer, now)
            return
        reply = self._associations.answer(datagram.payload, answer is OPEN)
        if reply is not None:
            self._send(datagram, frames.SCTP, reply, sctp.CHECKSUM_AT, now)

    def _tcp(self, datagram: Datagram, now: float) -> None:
        read = tcp.read(datagram.payload)
        if read is None:
            return
        source, destination, segment = read
        answer, _router = self._spec.answer(Protocol.TCP, destination)
        if answer is OPEN:
            peer = (datagram.source, datagram.destination, source, destination)
            reply = self._ports.receive(peer, segment, int(now * 1000))
            self._send_segment(datagram, destination, source, reply, now)
            if reply and reply.flags & tcp.SYN:
                self._watch(datagram, peer, now, 0)
        elif answer in (CLOSED, RESET):
            self._send_segment(datagram, destination, source, tcp.reset_for(segment), now)
        else:
            self._refuse(datagram, answer, now)

    def _send_segment(
        self, asked: Datagram, source: int, destination: int, reply: tcp.Reply | None, now: float
    ) -> None:
        if reply is None or (reply.flags & tcp.RST and not self._rst.take(now)):
            return
        self._send(asked, frames.TCP, tcp.build(source, destination, reply), 16, now)

    def _watch(self, asked: Datagram, peer: tcp.Peer, now: float, tries: int) -> None:
        """Send the SYN-ACK again while the handshake is half-open (RFC 6298 §5)."""

        def again(later: float) -> None:
            reply = self._ports.awaits(peer)
            if reply is None:
                return
            if tries + 1 == len(_SYN_ACK_AGAIN_SECONDS):
                self._ports.give_up(peer)
                return
            self._send_segment(asked, peer[3], peer[2], reply, later)
            self._watch(asked, peer, later, tries + 1)

        self._at(now + _SYN_ACK_AGAIN_SECONDS[tries], again)

    def _refuse(self, datagram: Datagram, answer: Answer, now: float) -> None:
        error = answer.icmp(datagram.family)
        if answer is not DROP and error is not None:
            self._error(datagram, *error, now)

    def _error(self, datagram: Datagram, kind: int, code: int, now: float) -> None:
        """An ICMP error that quotes what caused it (RFC 1812 §4.3.2.3, RFC 4443 §2.4)."""
        if not self._icmp.take(now):
            return
        quoted = datagram.packet[: _QUOTE[datagram.family]]
        protocol = frames.ICMP if datagram.family == 4 else frames.ICMP6
        self._send(datagram, protocol, struct.pack(">BBHI", kind, code, 0, 0) + quoted, 2, now)
