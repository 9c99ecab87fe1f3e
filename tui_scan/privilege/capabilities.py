"""Which capabilities are effective; the user id says nothing about it."""

import os

CAP_NET_RAW = 13
CAP_NET_ADMIN = 12

BADGES = ("no raw sockets", "raw sockets", "root")


def effective(capability: int) -> bool:
    """Whether this thread holds the capability (capabilities(7)) now; without /proc, whether it is root's."""
    try:
        with open("/proc/thread-self/status") as status:  # noqa: PTH123 - pathlib takes 3 ms to load
            held = next((line.split()[1] for line in status if line.startswith("CapEff:")), "0")
    except FileNotFoundError:
        return os.geteuid() == 0
    return bool(int(held, 16) >> capability & 1)


def can_raw() -> bool:
    """Whether raw and packet sockets may be opened."""
    return effective(CAP_NET_RAW)


def badge() -> str:
    """One or two words for the interface's header on what is possible."""
    return BADGES[0] if not can_raw() else BADGES[1] if os.geteuid() else BADGES[2]
