"""Packet sockets (AF_PACKET), which sniffers and DHCP clients use: ``/proc/net/packet``."""

import socket
from contextlib import suppress
from pathlib import Path

from tui_scan.local.records import PACKET, LocalSocket
from tui_scan.local.states import SocketState
from tui_scan.local.users import user_name

EVERY_PROTOCOL = 3
"""ETH_P_ALL of ``include/uapi/linux/if_ether.h``."""

TYPES = {2: "dgram", 3: "raw"}
"""SOCK_DGRAM, without the link's header, and SOCK_RAW, with it."""


def read_packet(directory: str | Path) -> list[LocalSocket]:
    """The packet sockets of the namespace whose ``/proc/.../net`` is ``directory``; empty where the kernel has none.

    Raises OSError where the namespace's process is gone.
    """
    try:
        text = (Path(directory) / PACKET).read_text("ascii")
    except FileNotFoundError:
        if not Path(directory).is_dir():
            raise
        return []
    return parse_packet(text, dict(socket.if_nameindex()))


def parse_packet(text: str, devices: dict[int, str]) -> list[LocalSocket]:
    """Parse the table, heading included; ``devices`` are names of interfaces by their numbers.

    Lines of any other form are left out.
    """
    found = []
    for line in text.splitlines()[1:]:
        fields = line.split()
        if len(fields) == 9:
            with suppress(ValueError):
                found.append(_socket(fields, devices))
    return found


def _socket(fields: list[str], devices: dict[int, str]) -> LocalSocket:
    """The socket of a line; raises ValueError where a field is no number."""
    _, _, kind, protocol, device, _, queued, user, inode = fields
    number, uid = int(device), int(user)
    return LocalSocket(
        *(PACKET, _taken(int(protocol, 16)), 0, "", 0, SocketState.CLOSE, int(queued), 0),
        *(uid, user_name(uid), int(inode)),
        device=devices.get(number, str(number)) if number else "",
        kind=TYPES.get(int(kind), kind),
    )


def _taken(protocol: int) -> str:
    if protocol == EVERY_PROTOCOL:
        return "all"
    return f"0x{protocol:04x}" if protocol else "none"
