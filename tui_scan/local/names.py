"""Host and service names for the local view without ``-n``."""

import socket
import threading
import time
from collections.abc import Iterable
from functools import lru_cache
from queue import Empty, SimpleQueue

LOOKUPS_AT_ONCE = 16


@lru_cache(maxsize=4096)
def service_name(port: int, protocol: str) -> str:
    """The name of a port in ``/etc/services``, else its number, ``*`` for 0. ``protocol``: tcp, udp6, ..."""
    if not port:
        return "*"
    try:
        return socket.getservbyport(port, protocol.rstrip("6"))
    except OSError:
        return str(port)


def host_names(addresses: Iterable[str], deadline: float = 3.0) -> dict[str, str]:
    """Names of the addresses that have one, as far as they are found within ``deadline`` seconds.

    Looks in /etc/hosts and asks the system's resolver, so it may send DNS queries. Wildcards have no name.
    """
    waiting: SimpleQueue[str] = SimpleQueue()
    pending = set(addresses) - {"0.0.0.0", "::"}
    for address in pending:
        waiting.put(address)
    answers: SimpleQueue[tuple[str, str | None]] = SimpleQueue()

    def look_up() -> None:
        while not waiting.empty():
            address = waiting.get()
            try:
                name = socket.getnameinfo((address, 0), socket.NI_NAMEREQD)[0]
            except OSError:
                answers.put((address, None))
            else:
                answers.put((address, name))

    for _ in range(min(LOOKUPS_AT_ONCE, len(pending))):
        threading.Thread(target=look_up, daemon=True).start()
    return _gather(answers, len(pending), time.monotonic() + deadline)


def _gather(answers: "SimpleQueue[tuple[str, str | None]]", expected: int, until: float) -> dict[str, str]:
    names: dict[str, str] = {}
    for _ in range(expected):
        try:
            address, name = answers.get(timeout=max(0.0, until - time.monotonic()))
        except Empty:
            break
        if name:
            names[address] = name
    return names
