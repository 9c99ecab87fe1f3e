"""Options that say where a scan's packets are kept."""

import re

from tui_scan.model.errors import UsageError
from tui_scan.options.option import Group, Option

_SIZE = r"(\d{1,12})([kmg]?)(?:i?b)?"
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
LEAST, MOST = 1 << 20, 1 << 40


def size(option: str, text: str) -> int:
    """A size in bytes, such as ``64M`` or ``1G``: K, M and G are 1024 bytes, their square and their cube."""
    match = re.fullmatch(_SIZE, text.strip(), re.ASCII | re.IGNORECASE)
    value = int(match[1]) * _UNITS[match[2].lower()] if match else -1
    if not LEAST <= value <= MOST:
        raise UsageError(
            "{option} wants a size such as 64M or 1G, from 1M to 1024G, not “{given}”.", option=option, given=text
        )
    return value


def shown_size(value: int) -> str:
    """A size as the option takes it."""
    unit = next(unit for unit in "gmk" if unit == "k" or not value % _UNITS[unit])
    return f"{value // _UNITS[unit]}{unit.upper()}" if not value % _UNITS[unit] else str(value)


CAPTURE = Group(
    "capture",
    (
        Option(
            ("--capture-memory",),
            "capture_memory",
            "keep so much of the packets in memory; older ones wait on disk",
            "SIZE",
            size,
            show=shown_size,
            title="Memory",
        ),
    ),
)
