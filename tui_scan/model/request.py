"""What a person asked for: the one record that the form and the command line both build."""

from dataclasses import dataclass, field
from enum import StrEnum

from tui_scan.model.techniques import Technique
from tui_scan.model.timing import TEMPLATES, Timing


class Resolve(StrEnum):
    """Whether addresses are looked up for names (``-n``, default, ``-R``)."""

    NEVER = "never"
    UP = "up"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class ScanRequest:
    """A scan as it was asked for, before anything is resolved or judged.

    ``targets``, ``excludes`` and ``ports`` are expressions as typed (see ``scope``); ``ports`` is None for
    the default set. ``family`` is 4, 6 or None (told by the targets, else 4). ``techniques`` holds at most
    one technique a protocol; empty means SYN where that is possible, else connect. ``shard`` (k, n) asks for
    part k of n (see ``scope.shards``).
    """

    targets: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    ports: str | None = None
    techniques: tuple[Technique, ...] = ()
    family: int | None = None
    resolve: Resolve = Resolve.UP
    timing: Timing = field(default=TEMPLATES[3])
    interface: str | None = None
    randomize: bool = True
    authorized: bool = False
    shard: tuple[int, int] = (1, 1)
