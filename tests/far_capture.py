"""A capture at the target's end of a link, both directions with the kernel's times, and tshark's reading of it."""

import socket
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.namespaces import Link, inside

ETHERNET = 1
"""LINKTYPE_ETHERNET."""
NANOSECOND_MAGIC = 0xA1B23C4D
_EVERYTHING = 3
_ROOM = 1 << 24
_SO_RCVBUFFORCE, _SO_TIMESTAMPNS = 33, 35
_TIMESTAMP = struct.Struct("qq")
Row = dict[str, list[str]]


@dataclass
class FarCapture:
    """``frames`` with their times (seconds, nanoseconds), complete once the context is left."""

    frames: list[tuple[int, int, bytes]] = field(default_factory=list)

    def read(self, tshark: str, where: str, fields: list[str]) -> list[Row]:
        """All occurrences of these fields in the frames that a display filter lets through, oldest first."""
        data = struct.pack("=IHHiIII", NANOSECOND_MAGIC, 2, 4, 0, 0, 65535, ETHERNET)
        for seconds, nanoseconds, frame in sorted(self.frames, key=lambda one: one[:2]):
            data += struct.pack("=IIII", seconds, nanoseconds, len(frame), len(frame)) + frame
        command = [tshark, "-n", "-r", "-", "-T", "fields", "-E", "separator=;", "-Y", where]
        command += ["-o", "tcp.analyze_sequence_numbers:FALSE", "-o", "ip.defragment:FALSE"]
        for name in fields:
            command += ["-e", name]
        done = subprocess.run(command, input=data, capture_output=True, check=True, timeout=60)
        rows = []
        for line in done.stdout.decode().splitlines():
            values = (value.split(",") if value else [] for value in line.split(";"))
            rows.append(dict(zip(fields, values, strict=True)))
        return rows


@contextmanager
def captured_far(wire: Link) -> Iterator[FarCapture]:
    """Meanwhile what passes the target's end of a link."""
    made = FarCapture()
    with inside(wire.target):
        tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.ntohs(_EVERYTHING))
    with tap:
        tap.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _ROOM)
        tap.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        tap.bind((wire.target_device, _EVERYTHING))
        tap.setblocking(False)
        yield made
        while True:
            try:
                frame, ancillary, _, _ = tap.recvmsg(65535, 64)
            except BlockingIOError:
                return
            made.frames.append((*_TIMESTAMP.unpack(ancillary[0][2]), frame))
