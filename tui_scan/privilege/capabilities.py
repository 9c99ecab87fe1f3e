"""Which capabilities are effective; the user id says nothing about it."""

import os
from pathlib import Path

CAP_NET_RAW = 13
CAP_NET_ADMIN = 12

BADGES = ("no raw sockets", "raw sockets", "root")


def effective(capability: int) -> bool:
    """Whether this thread holds the capability (capabilities(7)) now."""
    for line in Path("/proc/thread-self/status").read_text().splitlines():
        if line.startswith("CapEff:"):
            return bool(int(line.split()[1], 16) >> capability & 1)
    return False


def can_raw() -> bool:
    """Whether raw and packet sockets may be opened."""
    return effective(CAP_NET_RAW)


def badge() -> str:
    """One or two words for the interface's header on what is possible."""
    return BADGES[0] if not can_raw() else BADGES[1] if os.geteuid() else BADGES[2]
