"""Captures at the target's end of a link, both directions with the kernel's times, and tshark's reading of them."""

import socket
import struct
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.namespaces import inside

ETHERNET = 1
"""LINKTYPE_ETHERNET."""
NANOSECOND_MAGIC = 0xA1B23C4D
LOOPBACK = "lo"
"""There each packet passes twice, out and in."""
_EVERYTHING = 3
_ROOM = 1 << 24
_SO_RCVBUFFORCE, _SO_TIMESTAMPNS = 33, 35
_TIMESTAMP = struct.Struct("qq")
Row = dict[str, list[str]]


@dataclass
class FarCapture:
    """``frames`` with their times (seconds, nanoseconds), complete once the context is left."""

    frames: list[tuple[int, int, bytes]] = field(default_factory=list)


def read_all(tshark: str, captures: Sequence[FarCapture], where: str, fields: Sequence[str]) -> list[list[Row]]:
    """All occurrences of these fields in each capture's frames that a display filter lets through, oldest first."""
    data, of = struct.pack("=IHHiIII", NANOSECOND_MAGIC, 2, 4, 0, 0, 65535, ETHERNET), [-1]
    for number, capture in enumerate(captures):
        for seconds, nanoseconds, frame in sorted(capture.frames, key=lambda one: one[:2]):
            data += struct.pack("=IIII", seconds, nanoseconds, len(frame), len(frame)) + frame
            of.append(number)
    command = [tshark, "-n", "-r", "-", "-T", "fields", "-E", "separator=;", "-Y", where]
    command += ["-o", "tcp.analyze_sequence_numbers:FALSE", "-o", "ip.defragment:FALSE"]
    for name in ("frame.number", *fields):
        command += ["-e", name]
    done = subprocess.run(command, input=data, capture_output=True, check=True, timeout=180)
    rows: list[list[Row]] = [[] for _ in captures]
    for line in done.stdout.decode().splitlines():
        frame_number, *found = line.split(";")
        values = (value.split(",") if value else [] for value in found)
        rows[of[int(frame_number)]].append(dict(zip(fields, values, strict=True)))
    return rows


@contextmanager
def captured_at(namespace: str, device: str) -> Iterator[FarCapture]:
    """Meanwhile what passes a device of a namespace, which is given by its name or the path of its file."""
    made = FarCapture()
    with inside(namespace):
        tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.ntohs(_EVERYTHING))
    with tap:
        tap.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _ROOM)
        tap.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        tap.bind((device, _EVERYTHING))
        tap.setblocking(False)
        yield made
        while True:
            try:
                frame, ancillary, _, origin = tap.recvmsg(65535, 64)
            except BlockingIOError:
                return
            if device == LOOPBACK and origin[2] == socket.PACKET_OUTGOING:
                continue
            made.frames.append((*_TIMESTAMP.unpack(ancillary[0][2]), frame))
