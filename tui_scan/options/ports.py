"""Options that say which ports are scanned, and in which order."""

from tui_scan.model.errors import UsageError
from tui_scan.model.request import ScanRequest
from tui_scan.options.option import Given, Group, Option
from tui_scan.options.values import count, share, shown_rate

FAST = 100
"""How many ports ``-F`` takes."""


def _as_typed(_: str, text: str) -> str:
    return text


_OPTIONS = (
    Option(("-p",), "ports", "22, 1-100, 60000-, -, T:80,U:53,S:3868, http*, [1-1024]", "PORTS", _as_typed),
    Option(("--exclude-ports",), "exclude_ports", "never probe these", "PORTS", _as_typed, title="But not"),
    Option(("-F",), "top_ports", f"fast: the {FAST} most frequent ports", value=FAST),
    Option(
        ("--top-ports",),
        "top_ports",
        "the N most frequent ports a protocol, among those of -p if given (1000 without any of these)",
        "N",
        lambda flag, text: count(flag, text, 1, 65536),
        title="Top ports",
    ),
    Option(
        ("--port-ratio",),
        "port_ratio",
        "ports open on at least this share of hosts, 0 to 1; without --datadir the shares are a rough guess by rank",
        "X",
        share,
        show=shown_rate,
        title="Min share",
    ),
    Option(("-r",), "randomize", "ports in rising order, not at random", value=False, title="Order", word="rising"),
    Option(
        ("--datadir",),
        "datadir",
        "take names and frequencies of ports from an installed nmap, such as /usr/share/nmap",
        "DIR",
        _as_typed,
        title="nmap data",
    ),
)


def _settled(request: ScanRequest, given: Given) -> ScanRequest:
    if "top_ports" in given and given["top_ports"].flag == "-F" and "ports" in given:
        raise UsageError("-F and -p exclude each other. For the most frequent of the ports of -p, write --top-ports N.")
    if "top_ports" in given and "port_ratio" in given:
        raise UsageError("{flag} and --port-ratio exclude each other. Choose one.", flag=given["top_ports"].flag)
    return request


PORTS = Group("ports", _OPTIONS, settle=_settled)
