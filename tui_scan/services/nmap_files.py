"""The names and frequencies of an installed nmap, read where ``--datadir`` names its directory."""

from functools import cache
from pathlib import Path

from tui_scan.model.errors import UsageError
from tui_scan.model.techniques import Protocol
from tui_scan.services.globs import matching
from tui_scan.services.ranking import Ranking, own_ranking
from tui_scan.services.tables import numbers, rows

Names = dict[int, str]


class NmapServices:
    """A ``scope.port_choice.ServiceNames`` of a directory; UsageError where it has no such files."""

    def __init__(self, directory: str) -> None:
        self._directory = directory
        self.names(Protocol.TCP)

    def names(self, protocol: Protocol) -> Names:
        """Port to name."""
        return _read(self._directory, protocol)[0]

    def ports_of(self, name: str, protocol: Protocol) -> tuple[int, ...]:
        """The ports of a name or glob, sorted."""
        fits = matching(name)
        return tuple(sorted(port for port, known in self.names(protocol).items() if fits(known)))

    def ranking(self, protocol: Protocol) -> Ranking:
        """Ports and nmap's shares, the most frequent first; of IP all protocols in our own order."""
        return _read(self._directory, protocol)[1]


@cache
def _read(directory: str, protocol: Protocol) -> tuple[Names, Ranking]:
    """Names and shares of one protocol.

    A line of ``nmap-services`` is name, port/protocol, share (nmap's book, "Well Known Port List"), one of
    ``nmap-protocols`` name and number.
    """
    path = Path(directory) / ("nmap-protocols" if protocol is Protocol.IP else "nmap-services")
    try:
        listed = list(rows(path))
        if protocol is Protocol.IP:
            return {int(row[1]): row[0] for row in listed}, own_ranking(protocol)
        return _one_protocol(listed, protocol)
    except OSError as error:
        raise UsageError(
            "--datadir {directory}: {name} cannot be read ({strerror}). Name the directory of an installed "
            "nmap, such as /usr/share/nmap, or leave --datadir out.",
            directory=directory,
            name=path.name,
            strerror=error.strerror,
        ) from error
    except (IndexError, ValueError) as error:
        raise UsageError(
            "--datadir {directory}: {name} has not the format of nmap's own file.", directory=directory, name=path.name
        ) from error


def _one_protocol(listed: list[list[str]], protocol: Protocol) -> tuple[Names, Ranking]:
    names: Names = {}
    shares: Ranking = {}
    for row in listed:
        port, _, kind = row[1].partition("/")
        if kind == protocol.value:
            for number in numbers(port):
                names.setdefault(number, row[0])
                shares.setdefault(number, float(row[2]))
    return names, dict(sorted(shares.items(), key=lambda item: -item[1]))
