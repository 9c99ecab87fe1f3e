"""How often ports are open: the program's own order, and a rough share that follows from the rank."""

from functools import cache

from tui_scan.model.techniques import Protocol
from tui_scan.services.registry import DATA
from tui_scan.services.tables import numbers, rows

MOST_FREQUENT = 0.5
"""The share that the first port of a ranking has."""

FALL = 1.25
"""How fast the share falls: the port of rank r has ``MOST_FREQUENT / r ** FALL``."""

Ranking = dict[int, float]
"""Port to the share of hosts (0 to 1) on which it is open, the most frequent first."""


@cache
def own_ranking(protocol: Protocol) -> Ranking:
    """The ranking of ``data/tcp.txt`` and its kin.

    The order is a judgement, and the shares are what a power law makes of it, as popularity mostly follows one;
    they are no measurement.
    """
    ports = (port for words in rows(f"{DATA}/{protocol}.txt") for word in words for port in numbers(word))
    return {port: MOST_FREQUENT / rank**FALL for rank, port in enumerate(ports, 1)}
