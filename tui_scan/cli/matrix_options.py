"""The options of ``tui-scan matrix``: those of a scan that do not choose scan types or what follows a scan."""

from dataclasses import dataclass

from tui_scan.cli.parser import Parser
from tui_scan.model.errors import UsageError
from tui_scan.model.request import ScanRequest
from tui_scan.model.techniques import Technique
from tui_scan.options.discovery import DISCOVERY
from tui_scan.options.option import Group
from tui_scan.options.packets import PACKETS
from tui_scan.options.pings import PING_OPTIONS
from tui_scan.options.ports import PORTS
from tui_scan.options.reading import add_groups, fill
from tui_scan.options.targets import TARGETS, typed
from tui_scan.options.third_party import THIRD_PARTIES
from tui_scan.options.timing import TIMING

_WAY = DISCOVERY._replace(title="way", options=tuple(one for one in DISCOVERY.options if one.flag in ("-e", "-n")))
GROUPS: tuple[Group, ...] = (TARGETS, PORTS, PING_OPTIONS, _WAY, TIMING, PACKETS, THIRD_PARTIES)

_DESCRIPTION = """\
Probe the same ports by SYN, connect, ACK, window, NULL, FIN, Xmas, Maimon and UDP, one after the other, set the answers
in one table, and say what kind of filter they prove: none, stateless, stateful, strict, REJECT or DROP.
Without raw sockets only connect and UDP are run, and no kind is proven.
Scan only what is yours, or what you are allowed to scan."""


@dataclass(frozen=True, slots=True)
class MatrixOptions:
    """What ``tui-scan matrix`` was asked for; the request's technique is a stand-in that chooses TCP ports."""

    request: ScanRequest
    as_json: bool = False


def matrix_options(argv: list[str]) -> MatrixOptions | None:
    """Read the command line; None after ``-h``. UsageError says what is wrong."""
    made = Parser(
        prog="tui-scan matrix",
        usage="tui-scan matrix [options] -p PORTS TARGET ...",
        description=_DESCRIPTION,
        allow_abbrev=False,
    )
    add_groups(made, GROUPS)
    made.add_argument_group("output").add_argument(
        "--json", action="store_true", help="one JSON object a line: each port, then each host"
    )
    found = made.read(argv)
    if found is None:
        return None
    request = fill(ScanRequest(targets=typed(found.targets), techniques=(Technique.SYN,)), found, GROUPS)
    if not request.targets:
        raise UsageError("No target. Write a host name, an address or a network, such as 192.168.1.0/24.")
    if request.ports is None and request.top_ports is None and request.port_ratio is None:
        raise UsageError("No port. Each is probed in nine ways, so say which: -p 22,80, or --top-ports 10.")
    return MatrixOptions(request, found.json)
