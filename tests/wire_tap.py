"""What truly arrives at a target's end of a link: whole frames, and tshark's reading of them."""

import socket
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.namespaces import Link, inside

ETHERNET = 1
"""LINKTYPE_ETHERNET."""
CHECKED = ("ip.check_checksum:TRUE", "tcp.check_checksum:TRUE", "udp.check_checksum:TRUE", "sctp.checksum:CRC 32c")
_EVERYTHING = 3
_ROOM = 1 << 23
_SO_RCVBUFFORCE = 33
Row = dict[str, str]


@dataclass
class Tap:
    """``frames`` are complete once the context is left, in the order of their arrival."""

    frames: list[bytes] = field(default_factory=list)

    def packets(self, family: int, source: str) -> list[bytes]:
        """The IP packets from an address, without what IPv6 asks its neighbours."""
        kind, at = (b"\x08\x00", 26) if family == 4 else (b"\x86\xdd", 22)
        own = socket.inet_pton(socket.AF_INET if family == 4 else socket.AF_INET6, source)
        found = [frame[14:] for frame in self.frames if frame[12:14] == kind and frame[at : at + len(own)] == own]
        return found if family == 4 else [one for one in found if not (one[6] == 58 and one[40] in (133, 135, 136))]

    def read(self, tshark: str, where: str, fields: list[str], *options: str) -> list[Row]:
        """The fields of the frames that a display filter lets through, as tshark gives them; several by commas."""
        data = struct.pack("=IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, ETHERNET)
        for frame in self.frames:
            data += struct.pack("=IIII", 0, 0, len(frame), len(frame)) + frame
        command = [tshark, "-n", "-r", "-", "-T", "fields", "-E", "separator=;", "-Y", where]
        for option in (*CHECKED, *options):
            command += ["-o", option]
        for name in fields:
            command += ["-e", name]
        done = subprocess.run(command, input=data, capture_output=True, check=True, timeout=180)
        lines = done.stdout.decode().splitlines()
        return [dict(zip(fields, line.split(";"), strict=True)) for line in lines]


@contextmanager
def tapped(wire: Link) -> Iterator[Tap]:
    """Meanwhile what arrives at the target's end of a link."""
    made = Tap()
    with inside(wire.target):
        tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.ntohs(_EVERYTHING))
    with tap:
        tap.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _ROOM)
        tap.bind((wire.target_device, _EVERYTHING))
        tap.setblocking(False)
        yield made
        while True:
            try:
                frame, address = tap.recvfrom(65535)
            except BlockingIOError:
                return
            if address[2] != socket.PACKET_OUTGOING:
                made.frames.append(frame)
