"""The channel by which a program in the scanner's namespace asks a host of the lab what it saw of a probe.

Each host listens on an abstract UNIX socket for each of its addresses, named ``tui-scan-lab/ADDRESS``. Abstract names
belong to a network namespace (unix(7)), and these to the scanner's: nothing outside the lab has them, no file is left
behind, and they go with the host. The talk is lines of JSON: the client says what is to be watched (a ``Watched``), the
host answers ``"watching"`` when it looks, the client says ``"end"``, and the host answers with its ``Sight``.
"""

import contextlib
import json
import os
import socket
import struct
import time
from typing import Any, Self

from tui_scan.model.errors import LocalError
from tui_scan.model.other_side import Sight, Watched
from tui_scan.model.records import as_record, from_record

WATCHING, END = "watching", "end"
GRACE = 0.1
"""Seconds after the probe's end in which programs and kernel of the host still do their part."""
MOST_BYTES = 1 << 24
_PATIENCE_SECONDS = 5.0
_CREDENTIALS = struct.Struct("@iII")


def name_of(address: str) -> str:
    """The abstract name at which a host with this address listens."""
    return f"\0tui-scan-lab/{address}"


def line_of(value: Any) -> bytes:
    """A value as a line of the channel."""
    return json.dumps(as_record(value)).encode() + b"\n"


class Watch:
    """A host of the lab that is looking; made by ``begin``, ended by ``finish`` or ``close``. Blocks, so never call it
    in an event loop."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel, self._lines = channel, channel.makefile("rb")

    @classmethod
    def begin(cls, address: str, watched: Watched) -> Self | None:
        """Have the host with this address look, and wait until it does; None where no host of a lab has it."""
        channel = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            channel.settimeout(_PATIENCE_SECONDS)
            channel.connect(name_of(address))
            if _owner(channel) not in (0, os.geteuid()):
                channel.close()
                return None
            watch = cls(channel)
            watch._say(watched)
            watch._hear(WATCHING)
        except ConnectionRefusedError:
            channel.close()
            return None
        except (OSError, ValueError) as error:
            channel.close()
            raise LocalError(
                "The host {address} of the lab cannot be asked what it sees: {error}.", address=address, error=error
            ) from error
        return watch

    def finish(self) -> Sight:
        """What the host saw until now, and a moment longer; raises LocalError where it does not tell."""
        time.sleep(GRACE)
        try:
            self._say(END)
            sight: Sight = from_record(Sight, self._hear())
        except (OSError, ValueError) as error:
            raise LocalError("The host of the lab does not tell what it saw: {error}.", error=error) from error
        finally:
            self.close()
        return sight

    def close(self) -> None:
        """Look no longer."""
        with contextlib.suppress(OSError):
            self._lines.close()
            self._channel.close()

    def _say(self, value: Any) -> None:
        self._channel.sendall(line_of(value))

    def _hear(self, wanted: str | None = None) -> Any:
        said = json.loads(self._lines.readline(MOST_BYTES) or "null")
        if said is None or (wanted is not None and said != wanted):
            raise ValueError("it ended the talk")
        return said


def _owner(channel: socket.socket) -> int:
    """Who listens there: outside a lab any user may take an abstract name (SO_PEERCRED, unix(7))."""
    told = channel.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    return int(_CREDENTIALS.unpack(told)[1])
