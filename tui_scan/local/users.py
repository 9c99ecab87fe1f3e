"""User names for user ids."""

import pwd
from functools import lru_cache


@lru_cache(maxsize=4096)
def user_name(uid: int | None) -> str:
    """The user's name, the id as text where it has none (a container's user, say), empty for None."""
    if uid is None:
        return ""
    try:
        return pwd.getpwuid(uid).pw_name
    except (KeyError, OverflowError):
        return str(uid)


def known_uid(uid: int, inode: int) -> int | None:
    """The user id, or None where the kernel's 0 is only a filler.

    For a socket that no program holds (inode 0) Linux writes 0 when it does not know the user.
    """
    return uid if uid or inode else None
