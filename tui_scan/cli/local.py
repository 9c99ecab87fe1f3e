"""``tui-scan local``: the sockets of this host as tables or as JSON lines, with netstat's options."""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from operator import itemgetter

from tui_scan.cli.local_table import tables
from tui_scan.cli.parser import Parser
from tui_scan.language import translate
from tui_scan.local.cgroups import Cgroups
from tui_scan.local.details import command_line, everything
from tui_scan.local.filter import matching, parse_socket_filter
from tui_scan.local.namespaces import Namespace, find, namespaces
from tui_scan.local.owners import Owners
from tui_scan.local.records import KINDS, LocalSocket
from tui_scan.local.selection import Selection, select
from tui_scan.local.sockets import read_namespace, read_sockets
from tui_scan.model.errors import TuiScanError
from tui_scan.model.filter_terms import Term

KERNEL_NAME = 15
"""Bytes of a process's name that Linux keeps (TASK_COMM_LEN less its end)."""

_FLAGS = (
    ("-a", "--all", "all", "listening sockets and connections"),
    ("-l", "--listening", "listening", "only sockets that take what comes from anybody"),
    ("-t", "--tcp", "tcp", "TCP"),
    ("-u", "--udp", "udp", "UDP"),
    ("-w", "--raw", "raw", "raw and ping sockets"),
    ("-x", "--unix", "unix", "UNIX sockets"),
    ("-0", "--packet", "packet", "packet sockets, which see whole frames"),
    ("-4", "--ipv4", "ipv4", "IPv4 sockets"),
    ("-6", "--ipv6", "ipv6", "IPv6 sockets (these may take IPv4 too)"),
    ("-n", "--numeric", "numeric", "numbers instead of host, service and user names"),
    ("-p", "--program", "program", "the process that holds the socket"),
    ("-o", "--timers", "timers", "the timer that runs: seconds left / sent again / probes without an answer"),
)


_FILTER = """\
FILTER: only what fits all of port:22,80 state:listen proc:sshd user:root addr:10. proto:udp dev:eth0
cgroup:docker, proc:/^ssh/ (a regular expression), any text; !user:root means not"""


def parser() -> Parser:
    """The options of ``tui-scan local``."""
    made = Parser(
        prog="tui-scan local",
        usage="tui-scan local [options] [FILTER ...]",
        epilog=_FILTER,
        allow_abbrev=False,
        description="Show the sockets of this host. Without -a or -l: only those with a peer. Without -t, -u, -w, -x "
        "and -0: all kinds.",
    )
    for short, long, name, says in _FLAGS:
        made.add_argument(short, long, dest=name, action="store_true", help=says)
    made.add_argument(
        "-e",
        "--extended",
        action="count",
        default=0,
        help="user and inode; twice: also backlog, IPv6 only, unit or container, and command line",
    )
    made.add_argument("--json", action="store_true", help="one JSON object a line, with everything known")
    made.add_argument(
        "--namespace", metavar="PID|NAME", help="the sockets of another network namespace, such as a container's"
    )
    made.add_argument("--namespaces", action="store_true", help="list the network namespaces instead of sockets")
    return made


def main(argv: list[str]) -> int:
    """Run the command; return its exit status (0 done, 1 failed, 2 usage)."""
    try:
        found = parser().read(argv)
        return 0 if found is None else _run(vars(found))
    except TuiScanError as error:
        print(f"tui-scan local: {error}", file=sys.stderr)
        return error.exit_code


def _run(options: dict[str, object]) -> int:
    options.pop("lang")
    as_json, asked = bool(options.pop("json")), options.pop("namespace")
    if options.pop("namespaces"):
        return _print(_namespace_lines(as_json))
    words = options.pop("targets")
    terms = parse_socket_filter(" ".join(words) if isinstance(words, tuple) else "")
    extended = options.pop("extended")
    assert isinstance(extended, int)
    selection = Selection(**{name: bool(value) for name, value in options.items()}, extended=extended > 0)
    selection = selection if extended < 2 else selection.in_detail()
    namespace = find(asked) if isinstance(asked, str) else None
    owners = Owners()
    sockets = select(_read(namespace, selection.protocols, as_json), selection)
    if as_json or selection.program or any(term.key in ("proc", "cgroup", "") for term in terms):
        sockets = owners.name(sockets)
    sockets = in_order(matching(sockets, terms))
    if not sockets and terms:
        print(f"tui-scan local: {_nothing(terms, selection)}", file=sys.stderr)
    status = _print(_json_lines(sockets, namespace) if as_json else tables(sockets, selection))
    if owners.hidden:
        hidden = HIDDEN_ONE if owners.hidden == 1 else HIDDEN
        print(translate(hidden, count=owners.hidden, reason=translate(owners.reason)), file=sys.stderr)
    return status


HIDDEN_ONE = "the owner of 1 socket is hidden: {reason}"
HIDDEN = "the owners of {count} sockets are hidden: {reason}"


def _nothing(terms: Iterable[Term], selection: Selection) -> str:
    """What is said where no socket fits the filter: what a bare word means, and what was not looked at."""
    said = [translate("No socket fits the filter.")]
    if bare := next((term.value for term in terms if not term.key), None):
        said.append(
            translate(
                "“{word}” alone is any text: it is looked for in addresses, ports, states, users and programs. "
                "To look in one of them write port:22, state:listen, proc:sshd or user:root.",
                word=bare,
            )
        )
    if not (selection.all or selection.listening):
        said.append(translate("Without -a or -l, sockets that listen are left out."))
    return " ".join(said)


def in_order(sockets: Iterable[LocalSocket]) -> list[LocalSocket]:
    """By kind, then by local port, a listener before its connections: the kernel's own order is that of its hashes."""
    kinds: dict[str, list[LocalSocket]] = {}
    for one in sockets:
        kinds.setdefault(one[0], []).append(one)
    return [one for kind in KINDS for one in sorted(kinds.get(kind, ()), key=itemgetter(2, 4))]


def _read(namespace: Namespace | None, kinds: Iterable[str], whole: bool) -> list[LocalSocket]:
    if namespace is None:
        return read_sockets(None, kinds, whole)
    return read_namespace(namespace, kinds, whole)


def _print(lines: Iterable[str]) -> int:
    try:
        sys.stdout.writelines(f"{line}\n" for line in lines)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _json_lines(sockets: Iterable[LocalSocket], namespace: Namespace | None) -> Iterator[str]:
    groups, commands = Cgroups(), {}
    for one in sockets:
        if one.pid is not None and one.pid not in commands:
            commands[one.pid] = command_line(one.pid) or ""
        fields = everything(one, groups, commands)
        if namespace is not None:
            fields["namespace"] = namespace.number
        yield json.dumps(fields)


def _program(one: Namespace) -> str:
    """A program's name, with a mark where the kernel may have cut it and the command line does not say otherwise."""
    if one.pid is None or len(one.program.encode()) < KERNEL_NAME:
        return one.program
    words = (command_line(one.pid) or "").split()
    return one.program if words and words[0].rpartition("/")[2] == one.program else f"{one.program}…"


def _namespace_lines(as_json: bool) -> Iterator[str]:
    found = namespaces()
    if as_json:
        for one in found:
            known = {"number": one.number, "names": one.names, "pid": one.pid, "program": one.program or None}
            yield json.dumps(known | {"processes": one.processes, "unit": one.unit or None, "own": one.own})
        return
    rows = [("Namespace", "Name", "Processes", "First process", "Unit")]
    for one in found:
        first = f"{one.pid}/{_program(one)}" if one.pid is not None else "-"
        name = ",".join(one.names) or ("(this one)" if one.own else "-")
        rows.append((str(one.number), name, str(one.processes), first, one.unit or "-"))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield " ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
