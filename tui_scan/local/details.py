"""Everything that is known of one socket, as JSON has it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tui_scan.local.attributes import told_of
from tui_scan.local.cgroups import Cgroups, unit
from tui_scan.local.owners import printable
from tui_scan.local.records import UNIX, LocalSocket
from tui_scan.local.timers import timer_name

Fields = dict[str, Any]

PLAIN = (
    *("protocol", "local_address", "local_port", "remote_address", "remote_port", "recv_q", "send_q"),
    *("uid", "user", "inode", "note", "backlog", "v6only", "pid", "program"),
)
"""Fields that JSON has as they are."""


def everything(one: LocalSocket, groups: Cgroups, commands: Mapping[int, str]) -> Fields:
    """One socket's fields; what is not known is null, what its kind does not have is left out.

    ``commands`` are command lines by process. ``timer`` has ``name``, ``expires_s`` and ``count``; ``tcp_info`` the
    fields of TcpInfo, ``memory`` those of Memory.
    """
    told = told_of(one)
    fields: Fields = {name: getattr(one, name) for name in PLAIN}
    fields["state"] = one.state.name
    fields["command"] = commands.get(one.pid) if one.pid is not None else None
    path = group_path(one, groups)
    fields |= {"cgroup": path, "unit": unit(path) or None, "device": one.device or None}
    if one.kind:
        fields["kind"] = one.kind
    if one.protocol == UNIX:
        fields["peer_inode"] = one.peer or None
    if one.running.timer:
        _, expires, count = one.running
        fields["timer"] = {"name": timer_name(one), "expires_s": expires / 1000, "count": count}
    fields |= {
        name: value
        for name, value in (
            ("mark", told.mark),
            ("shut", told.shut),
            ("tos", told.tos),
            ("congestion", told.congestion),
        )
        if value
    }
    for name, measured in (("memory", told.memory), ("tcp_info", told.tcp)):
        if measured is not None:
            fields[name] = measured._asdict()
    return fields


def group_path(one: LocalSocket, groups: Cgroups) -> str | None:
    """The control group of a socket, by the kernel's word, else that of its owner; None where neither is known."""
    number = told_of(one).cgroup
    path = groups.path(number) if number is not None else None
    if path is None and one.pid is not None:
        return groups.of_process(one.pid)
    return path


def command_line(pid: int, proc: str | Path = "/proc") -> str | None:
    """A process's command line with single spaces; None where it may not be read, is gone or has none."""
    try:
        raw = (Path(proc) / str(pid) / "cmdline").read_bytes()
    except OSError:
        return None
    return printable(raw.rstrip(b"\0").replace(b"\0", b" ")) or None
