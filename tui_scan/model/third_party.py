"""Who else takes part in a scan: what ``-sI``, ``-b``, ``-D`` and ``-S`` ask for."""

from dataclasses import dataclass

OURSELVES = "ME"
"""How the own place among decoys is written."""


@dataclass(frozen=True, slots=True)
class ThirdParties:
    """As typed, before names are resolved and before the guard has judged it.

    ``zombie`` is ``host[:port]`` of an idle scan, ``relay`` is ``[user:password@]server[:port]`` of an FTP bounce scan.
    ``decoys`` are hosts, ``ME`` and ``RND:n``; ``source`` is the address that packets claim to come from. ``scope`` is
    the file that says which networks are the person's own, None for the usual one.
    """

    zombie: str | None = None
    relay: str | None = None
    decoys: tuple[str, ...] = ()
    source: str | None = None
    scope: str | None = None

    @property
    def options(self) -> tuple[str, ...]:
        """The options that bring in somebody else."""
        given = {"-sI": self.zombie, "-b": self.relay, "-D": self.decoys, "-S": self.source}
        return tuple(option for option, value in given.items() if value)


NOBODY = ThirdParties()
