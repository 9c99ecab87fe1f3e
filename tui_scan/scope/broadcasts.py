"""The broadcast addresses of this machine's own networks, which no scan should reach by accident."""

import re
from pathlib import Path

_ENTRY = re.compile(r"\|-- (\d+\.\d+\.\d+\.\d+)\s+/32 link BROADCAST")


def own_broadcasts(table: Path = Path("/proc/thread-self/net/fib_trie")) -> tuple[str, ...]:
    """The broadcast addresses in the kernel's IPv4 routing table; empty where it cannot be read."""
    try:
        content = table.read_text(encoding="ascii")
    except OSError:
        return ()
    return tuple(dict.fromkeys(_ENTRY.findall(content)))
