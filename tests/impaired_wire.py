"""A wire with the faults of real ones, for kernels without netem: frames pass between two links through a process.

``python -m tests.impaired_wire FIRST SECOND WIRE`` joins two devices until its standard input ends; WIRE is a
``Wire`` as JSON.
"""

import json
import os
import random
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from heapq import heappop, heappush
from itertools import count
from pathlib import Path

_EVERY_PROTOCOL = 3
_SOL_PACKET, _VNET_HEADER, _VNET_HEADER_SIZE = 263, 15, 10
"""The header tells of checksums that the sending kernel left open, and has the receiving one believe them."""
_RECEIVE_BUFFER_FORCED = 33
_BUFFER = 1 << 24
_NEIGHBOUR_SOLICITATIONS = range(133, 138)
_ETHERNET = 14


@dataclass(frozen=True, slots=True)
class Wire:
    """What happens to a frame on its way, either way: seconds, shares, frames a second.

    A frame takes ``delay`` and up to ``jitter`` more or less, so that frames overtake one another; ``rate`` lets so
    many pass, of which ``queue`` may wait. ARP and neighbour discovery are never lost, for a host that cannot be
    found on its link is another matter.
    """

    seed: int
    loss: float = 0.0
    delay: float = 0.0
    jitter: float = 0.0
    duplicates: float = 0.0
    rate: float | None = None
    queue: int = 200


class _Way:
    """One direction of a wire: ``wire`` says what becomes of a frame, at monotonic times."""

    def __init__(self, wire: Wire, chance: random.Random) -> None:
        self._wire, self._chance = wire, chance
        self._free = 0.0

    def arrivals(self, frame: bytes, now: float) -> list[float]:
        """When this frame comes out: not at all, once or twice."""
        wire, chance = self._wire, self._chance
        copies = 1 + (chance.random() < wire.duplicates)
        if not _finds_neighbours(frame) and chance.random() < wire.loss:
            return []
        if wire.rate is not None:
            if self._free - now > wire.queue / wire.rate:
                return []
            self._free = now = max(now, self._free) + 1 / wire.rate
        return [now + max(0.0, wire.delay + chance.uniform(-wire.jitter, wire.jitter)) for _ in range(copies)]


def _finds_neighbours(frame: bytes) -> bool:
    """Whether it is ARP or neighbour discovery (RFC 826, RFC 4861)."""
    kind = frame[12:14]
    if kind == b"\x86\xdd":
        return frame[_ETHERNET + 6] == socket.IPPROTO_ICMPV6 and frame[_ETHERNET + 40] in _NEIGHBOUR_SOLICITATIONS
    return kind == b"\x08\x06"


def _opened(device: str) -> socket.socket:
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    sock.setsockopt(_SOL_PACKET, _VNET_HEADER, 1)
    sock.setsockopt(socket.SOL_SOCKET, _RECEIVE_BUFFER_FORCED, _BUFFER)
    sock.bind((device, _EVERY_PROTOCOL))
    sock.setblocking(False)
    return sock


def carry(first: str, second: str, wire: Wire) -> None:
    """Carry frames between two devices until standard input ends."""
    chance = random.Random(wire.seed)
    ends = [_opened(device) for device in (first, second)]
    ways = [_Way(wire, chance) for _ in ends]
    under_way: list[tuple[float, int, int, bytes]] = []
    numbers = count()
    print("ready", flush=True)
    while True:
        wait = max(0.0, under_way[0][0] - time.monotonic()) if under_way else None
        ready, _, _ = select.select([sys.stdin, *ends], [], [], wait)
        if sys.stdin in ready:
            return
        for number, end in enumerate(ends):
            with suppress(BlockingIOError):
                while end in ready:
                    data, address = end.recvfrom(1 << 16)
                    if address[2] == socket.PACKET_OUTGOING:
                        continue
                    for due in ways[number].arrivals(data[_VNET_HEADER_SIZE:], time.monotonic()):
                        heappush(under_way, (due, next(numbers), 1 - number, data))
        now = time.monotonic()
        while under_way and under_way[0][0] <= now:
            _, _, number, data = heappop(under_way)
            with suppress(OSError):
                ends[number].send(data)


@contextmanager
def carried(namespace: str, first: str, second: str, wire: Wire) -> Iterator[None]:
    """A process that carries frames between two devices of a namespace while the context lasts."""
    told = json.dumps(asdict(wire))
    command = ["ip", "netns", "exec", namespace, sys.executable, "-m", "tests.impaired_wire", first, second, told]
    root = Path(__file__).parents[1]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        assert process.stdin is not None and process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            yield
        finally:
            process.stdin.close()
            process.wait(10)


if __name__ == "__main__":
    with suppress(PermissionError):
        os.nice(-10)
    carry(sys.argv[1], sys.argv[2], Wire(**json.loads(sys.argv[3])))
