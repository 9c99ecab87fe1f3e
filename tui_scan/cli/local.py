"""``tui-scan local``: the sockets of this host as a table or as JSON lines, with netstat's options."""

import argparse
import json
import os
import sys
from collections.abc import Iterable, Iterator

from tui_scan.local.names import host_names, service_name
from tui_scan.local.owners import Owners
from tui_scan.local.records import LocalSocket, shown_address
from tui_scan.local.selection import Selection, select
from tui_scan.local.sockets import read_sockets
from tui_scan.model.errors import TuiScanError

_FLAGS = (
    ("-a", "--all", "all", "listening sockets and connections"),
    ("-l", "--listening", "listening", "only sockets that take what comes from anybody"),
    ("-t", "--tcp", "tcp", "TCP"),
    ("-u", "--udp", "udp", "UDP"),
    ("-4", "--ipv4", "ipv4", "IPv4 sockets"),
    ("-6", "--ipv6", "ipv6", "IPv6 sockets (these may take IPv4 too)"),
    ("-n", "--numeric", "numeric", "numbers instead of host, service and user names"),
    ("-p", "--program", "program", "the process that holds the socket"),
    ("-e", "--extended", "extended", "user and inode"),
)

_LEFT = frozenset({"Proto", "Local Address", "Foreign Address", "State", "User", "PID/Program name"})


def parser() -> argparse.ArgumentParser:
    """The options of ``tui-scan local``."""
    made = argparse.ArgumentParser(
        prog="tui-scan local",
        description="Show the TCP and UDP sockets of this host. Without -a or -l: only those with a peer.",
    )
    for short, long, name, says in _FLAGS:
        made.add_argument(short, long, dest=name, action="store_true", help=says)
    made.add_argument("--json", action="store_true", help="one JSON object a line, with everything known")
    return made


def main(argv: list[str]) -> int:
    """Run the command; return its exit status (0 done, 1 failed, 2 usage)."""
    try:
        options = vars(parser().parse_args(argv))
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 2
    as_json = options.pop("json")
    selection = Selection(**options)
    try:
        sockets = select(read_sockets(), selection)
    except TuiScanError as error:
        print(f"tui-scan local: {error}", file=sys.stderr)
        return error.exit_code
    owners = Owners()
    if as_json or selection.program:
        sockets = owners.name(sockets)
    lines = map(_json_line, sockets) if as_json else table(sockets, selection)
    try:
        sys.stdout.writelines(f"{line}\n" for line in lines)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    if owners.hidden:
        sockets_hidden = (
            "the owner of 1 socket is" if owners.hidden == 1 else f"the owners of {owners.hidden} sockets are"
        )
        print(f"{sockets_hidden} hidden: {owners.reason}", file=sys.stderr)
    return 0


def _json_line(found: LocalSocket) -> str:
    return json.dumps(found._asdict() | {"state": found.state.name})


def table(sockets: list[LocalSocket], selection: Selection) -> Iterator[str]:
    """The table's lines, heading first, as wide as its contents."""
    rows = [_heading(selection), *_rows(sockets, selection)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    line = " ".join(
        f"{{:{'<' if title in _LEFT else '>'}{width}}}" for title, width in zip(rows[0], widths, strict=True)
    )
    for row in rows:
        yield line.format(*row).rstrip()


def _heading(selection: Selection) -> list[str]:
    heading = ["Proto", "Recv-Q", "Send-Q", "Local Address", "Foreign Address", "State"]
    if selection.extended:
        heading += ["User", "Inode"]
    if selection.program:
        heading.append("PID/Program name")
    return heading


def _rows(sockets: Iterable[LocalSocket], selection: Selection) -> Iterator[list[str]]:
    sockets = list(sockets)
    names: dict[str, str] = {}
    if not selection.numeric:
        names = host_names(address for one in sockets for address in (one.local_address, one.remote_address))
    for one in sockets:
        row = [one.protocol, str(one.recv_q), str(one.send_q)]
        if selection.numeric:
            row += [one.local, one.remote]
        else:
            row.append(_named_endpoint(one.local_address, one.local_port, one.protocol, names))
            row.append(_named_endpoint(one.remote_address, one.remote_port, one.protocol, names))
        row.append(one.state_label)
        if selection.extended:
            row += [_user(one, selection.numeric), str(one.inode)]
        if selection.program:
            row.append(_owner(one))
        yield row


def _named_endpoint(address: str, port: int, protocol: str, names: dict[str, str]) -> str:
    return f"{names.get(address) or shown_address(address)}:{service_name(port, protocol)}"


def _user(one: LocalSocket, numeric: bool) -> str:
    if one.uid is None:
        return "-"
    return str(one.uid) if numeric else one.user


def _owner(one: LocalSocket) -> str:
    if one.pid is None:
        return f"- ({one.note})" if one.note else "-"
    return f"{one.pid}/{one.program}"
