"""The options of ``tui-scan compare``: whose list, from where it is looked at, and when the exit status is 1."""

from dataclasses import dataclass, replace

from tui_scan.cli.parser import Parser
from tui_scan.compare.classes import PortClass
from tui_scan.model.errors import UsageError
from tui_scan.model.request import ScanRequest
from tui_scan.options.discovery import DISCOVERY
from tui_scan.options.option import Group
from tui_scan.options.packets import PACKETS
from tui_scan.options.pings import PING_OPTIONS
from tui_scan.options.ports import PORTS
from tui_scan.options.reading import add_groups, fill
from tui_scan.options.targets import TARGETS, typed
from tui_scan.options.techniques import TECHNIQUE_OPTIONS
from tui_scan.options.timing import TIMING

_WAY = DISCOVERY._replace(title="way", options=tuple(one for one in DISCOVERY.options if one.flag in ("-n", "-e")))
GROUPS: tuple[Group, ...] = (TARGETS, _WAY, PING_OPTIONS, TECHNIQUE_OPTIONS, PORTS, TIMING, PACKETS)

_DESCRIPTION = """\
Set what listens on a host beside what a scan sees of it, and say for each port what the two make together.
The list is this machine's own, or another host's over ssh (--ssh), or one that was saved (--import).
Usual ports: those that listen and the 1,000 most frequent of TCP; of UDP those that listen.
Scan only what is yours, or what you are allowed to scan."""


@dataclass(frozen=True, slots=True)
class CompareOptions:
    """What ``tui-scan compare`` was asked for. At most one of ``ssh`` and ``file`` is there; ``file`` may be ``-``."""

    request: ScanRequest
    ssh: str | None = None
    ssh_command: str | None = None
    file: str | None = None
    from_host: str | None = None
    as_json: bool = False
    fail_on: frozenset[PortClass] = frozenset()
    expect: str | None = None


def compare_options(argv: list[str]) -> CompareOptions | None:
    """Read the command line; None after ``-h``. UsageError says what is wrong."""
    found = _parser().read(argv)
    if found is None:
        return None
    if found.ssh is not None and found.file is not None:
        raise UsageError("--ssh and --import both bring the host's list. Choose one of them.")
    request = fill(ScanRequest(targets=typed(found.targets)), found, GROUPS)
    if not request.targets and found.ssh:
        request = replace(request, targets=(found.ssh.rpartition("@")[2],))
    if not request.targets and found.from_host is None:
        raise UsageError("No target. Write the name or an address of the host whose list is compared.")
    return CompareOptions(
        request,
        found.ssh,
        found.ssh_command,
        found.file,
        found.from_host,
        found.json,
        classes(found.fail_on) if found.fail_on is not None else frozenset(),
        found.expect,
    )


def classes(text: str) -> frozenset[PortClass]:
    """The classes in a list such as ``alarm,no-local-listener``; UsageError for a word that is none."""
    chosen = set()
    for word in filter(None, (part.strip() for part in text.split(","))):
        if word not in set(PortClass):
            known = ", ".join(PortClass)
            raise UsageError("--fail-on: “{word}” is no class. Write one or more of {known}.", word=word, known=known)
        chosen.add(PortClass(word))
    if not chosen:
        raise UsageError("--fail-on needs one or more classes, such as alarm,no-local-listener.")
    return frozenset(chosen)


def _parser() -> Parser:
    made = Parser(
        prog="tui-scan compare",
        usage="tui-scan compare [options] TARGET\n       tui-scan compare [options] --ssh HOST [TARGET]"
        "\n       tui-scan compare [options] --from HOST [OWN-ADDRESS]",
        description=_DESCRIPTION,
        allow_abbrev=False,
    )
    sides = made.add_argument_group("the two sides")
    sides.add_argument("--ssh", metavar="HOST", help="take the list from this host, over the system's ssh")
    sides.add_argument("--ssh-command", metavar="CMD", help="the ssh program and its options, such as “ssh -p 2222”")
    sides.add_argument(
        "--import", metavar="FILE", dest="file", help="take the list from what ss, netstat or /proc printed; - is stdin"
    )
    sides.add_argument(
        "--from", metavar="HOST", dest="from_host", help="ask the ports from this host, over ssh, with its Python"
    )
    result = made.add_argument_group("result")
    result.add_argument("--json", action="store_true", help="one JSON object a line for each port")
    known = ", ".join(PortClass)
    result.add_argument(
        "--fail-on", metavar="CLASSES", help=f"exit status 1 where a port is of one of these classes: {known}"
    )
    result.add_argument(
        "--expect", metavar="FILE", help="exit status 1 where a port is open that this TOML file does not allow"
    )
    add_groups(made, GROUPS)
    return made
