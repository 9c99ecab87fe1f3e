"""The program's own table of service names; ``data/names.txt`` says where it is from."""

from functools import cache

from tui_scan import services
from tui_scan.model.techniques import Protocol
from tui_scan.services.tables import numbers, rows

DATA = f"{services.__path__[0]}/data"
"""The directory of the tables that come with the program."""

_LETTERS = {Protocol.TCP: "t", Protocol.UDP: "u", Protocol.SCTP: "s", Protocol.IP: "p"}


@cache
def registered(protocol: Protocol) -> dict[int, str]:
    """Port to name for one protocol, in rising order of the ports; of IP the protocols themselves."""
    letter = _LETTERS[protocol]
    return {
        port: name for run, letters, name in rows(f"{DATA}/names.txt") if letter in letters for port in numbers(run)
    }
