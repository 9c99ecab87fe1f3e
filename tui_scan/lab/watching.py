"""A host of the lab as a witness: what came to it and left it while a probe was under way, told to who asks."""

import json
import select
import socket
import threading
import time
from collections import deque
from collections.abc import Collection, Iterable
from contextlib import closing, suppress

from tui_scan.lab.topology import HostSpec, Kind
from tui_scan.lab.watching_channel import END, MOST_BYTES, WATCHING, line_of, name_of
from tui_scan.lab.watching_packets import PacketWatch, kept_times
from tui_scan.lab.watching_tables import OPENED, SocketWatch, counters, differences
from tui_scan.model.other_side import Counted, Noticed, SeenPacket, SeenSocket, Sight, Watched
from tui_scan.model.records import from_record
from tui_scan.model.techniques import Protocol

MOST = 2000
"""Packets and entries that one sight holds."""
EXPECTING, UNDER_WAY = 0.05, 0.005
"""Seconds in which a witness looks without a pause: until the first packet, and from it on."""
BUSY = 1.0
"""Seconds in which a program may accept a connection that was finished."""
_BACKLOG = 8


class Witness:
    """The inhabitant's part: the sockets of the channel, opened where the scanner is, and served in the host."""

    def __init__(self, spec: HostSpec) -> None:
        self._spec = spec
        self._channels: list[socket.socket] = []
        self._noticed: Collection[Noticed] = ()

    def announce(self) -> None:
        """Listen in the scanner's namespace, to be called before the host has its own; raises OSError."""
        for interface in (*self._spec.addresses, *self._spec.inside):
            channel = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            channel.bind(name_of(str(interface.ip)))
            channel.listen(_BACKLOG)
            self._channels.append(channel)

    def serve(self, noticed: Collection[Noticed] = ()) -> None:
        """Answer in threads, from the host's namespace; ``noticed`` is the programs' own record, which grows."""
        self._noticed, self._times = noticed, kept_times()
        for channel in self._channels:
            threading.Thread(target=self._accept, args=(channel,), name="witness", daemon=True).start()

    def _accept(self, channel: socket.socket) -> None:
        while True:
            asker, _ = channel.accept()
            threading.Thread(target=self._converse, args=(asker,), name="witness", daemon=True).start()

    def _converse(self, asker: socket.socket) -> None:
        """One sight; who asks for what cannot be, or goes away, gets none."""
        with suppress(OSError, ValueError), asker, asker.makefile("rb") as lines:
            watched = from_record(Watched, json.loads(lines.readline(MOST_BYTES)))
            with closing(PacketWatch()) as packets, closing(SocketWatch(watched)) as tables:
                sight = self._look(asker, watched, packets, tables)
            if json.loads(lines.readline(MOST_BYTES) or "null") == END:
                asker.sendall(line_of(sight))

    def _look(self, asker: socket.socket, watched: Watched, packets: PacketWatch, tables: SocketWatch) -> Sight:
        """Look until the asker says something, or goes.

        The first moments are looked at without a pause: a half-open connection lasts some microseconds.
        """
        real = self._spec.kind is not Kind.SIMULATED
        before = counters() if real else {}
        seen: deque[SeenPacket] = deque(maxlen=MOST)
        entries: deque[SeenSocket] = deque(maxlen=MOST)
        began = time.time_ns()
        asker.sendall(line_of(WATCHING))
        poll = select.poll()
        poll.register(packets, select.POLLIN)
        poll.register(asker, select.POLLIN)
        ended, restless = False, time.monotonic() + EXPECTING
        while not ended:
            hurry = real and time.monotonic() < restless
            ended = any(descriptor == asker.fileno() for descriptor, _ in poll.poll(0 if hurry else None))
            for packet in packets.take(watched):
                if not seen:
                    restless = time.monotonic() + UNDER_WAY
                seen.append(packet)
                tables.meet(packet)
            entries.extend(tables.fresh() if real else ())
        if real and watched.protocol is Protocol.TCP:
            self._await_accept(watched, began, before)
        return Sight(
            host=self._spec.name,
            kind=self._spec.kind.value,
            watched=watched,
            began_ns=began,
            ended_ns=time.time_ns(),
            packets=tuple(seen),
            sockets=tuple(entries),
            counted=self._counted(before, real),
            noticed=tuple(self._of(watched, began)),
            described=self._described(watched),
            complete=len(seen) < MOST,
        )

    def _await_accept(self, watched: Watched, began: int, before: dict[str, int]) -> None:
        """On a busy machine a program comes late to a connection that its kernel has finished: give it a moment."""
        end = time.monotonic() + BUSY
        while time.monotonic() < end:
            opened = {one.name: one.by for one in differences(before, counters())}.get(OPENED, 0)
            if sum(one.call == "accept()" for one in self._of(watched, began)) >= opened:
                return
            time.sleep(0.01)

    def _counted(self, before: dict[str, int], real: bool) -> tuple[Counted, ...]:
        return differences(before, counters()) if real else ()

    def _of(self, watched: Watched, since_ns: int) -> Iterable[Noticed]:
        """The programs' record of the watched port since then; it grows while it is read."""
        calls: Collection[str] = _CALLS.get(watched.protocol, ())
        return (
            one
            for one in tuple(self._noticed)
            if one.time_ns >= since_ns and one.port == watched.port and one.call in calls
        )

    def _described(self, watched: Watched) -> str | None:
        if watched.protocol is Protocol.IP:
            return None
        answer, at_router = self._spec.answer(watched.protocol, watched.port, watched.technique)
        return f"{answer.name} (by the router before it)" if at_router else answer.name


_CALLS = {Protocol.TCP: frozenset({"accept()", "recv()"}), Protocol.UDP: frozenset({"recvfrom()"})}
"""The calls by which programs get to know of what comes to a port of the protocol."""
