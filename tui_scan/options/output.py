"""Options that say what is told, and where the reports go."""

from dataclasses import dataclass

from tui_scan.model.errors import UsageError
from tui_scan.options.option import Given, Group, Option
from tui_scan.options.values import milliseconds, shown_time


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Output:
    """What ``tui-scan scan`` tells. The reports are paths by format; ``-`` is standard output.

    ``verbosity`` and ``debugging`` count ``-v`` and ``-d``; ``stats_every`` is in milliseconds. ``resume`` is the
    report of an interrupted scan that is to go on.
    """

    normal: tuple[str, ...] = ()
    xml: tuple[str, ...] = ()
    grepable: tuple[str, ...] = ()
    kiddie: tuple[str, ...] = ()
    json: tuple[str, ...] = ()
    pcap: tuple[str, ...] = ()
    everything: tuple[str, ...] = ()
    append: bool = False
    reasons: bool = False
    open_only: bool = False
    verbosity: int = 0
    debugging: int = 0
    packet_trace: bool = False
    stats_every: int | None = None
    iflist: bool = False
    resume: str | None = None


FORMATS = ("normal", "xml", "grepable", "kiddie", "json", "pcap")
"""The formats of a report: fields of ``Output`` that hold the paths."""


def _report(flag: str, field: str, says: str, metavar: str = "FILE") -> Option:
    return Option((flag,), field, says, metavar, lambda _, paths: tuple(paths), gathers=True)


def _settled(output: Output, given: Given) -> Output:
    paths = [path for format in FORMATS for path in getattr(output, format)]
    if output.append and not output.everything and all(path == "-" for path in paths):
        raise UsageError("--append-output adds to files, and no report goes to a file. Give one, such as -oN scan.txt.")
    return output


OUTPUT = Group(
    "results",
    (
        _report("-oN", "normal", "normal output to FILE (- is standard output)"),
        _report("-oX", "xml", "nmap's XML"),
        _report("-oG", "grepable", "nmap's grepable output"),
        _report("-oS", "kiddie", "normal output, spelt as script kiddies do"),
        _report("-oJ", "json", "JSON lines, each port with its exchange"),
        _report("--pcap", "pcap", "every packet with a comment, as pcapng for Wireshark; needs raw sockets"),
        _report("-oA", "everything", "BASE.nmap, BASE.xml and BASE.gnmap", "BASE"),
        Option(
            ("--resume",),
            "resume",
            "go on with an interrupted scan: FILE is its -oJ report",
            "FILE",
            lambda _, path: path,
        ),
        Option(("--append-output",), "append", "add to the files (what two scans leave in one is no valid XML)"),
        Option(("--reason",), "reasons", "say why a host and a port have their states (-vv and -d say it too)"),
        Option(("--open",), "open_only", "show only ports that may be open, and hosts that have any"),
        Option(
            ("-v",),
            "verbosity",
            "tell open ports as they are found, and what was sent; -vv: the reasons too",
            counts=True,
        ),
        Option(("-d",), "debugging", "tell the timing and what was counted; includes -v and --reason", counts=True),
        Option(
            ("--packet-trace",),
            "packet_trace",
            "tell every packet of discovery and port scan on standard error, up to 10,000",
        ),
        Option(
            ("--stats-every",),
            "stats_every",
            "tell the progress once in that time, in a line that stays",
            "TIME",
            milliseconds,
            show=shown_time,
        ),
        Option(("--iflist",), "iflist", "show the interfaces and routes of this machine, and scan nothing"),
    ),
    settle=_settled,
)
