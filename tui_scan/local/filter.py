r"""Filters of sockets: ``port:443 state:listen proc:/^ssh/ !user:root text``, all of which must hold.

A value between slashes is a regular expression, any other a part of the text; case does not matter.
"""

import re
from collections.abc import Callable, Iterable

from tui_scan.local.attributes import cgroup_of
from tui_scan.local.cgroups import Cgroups
from tui_scan.local.packet_table import TYPES as PACKET_TYPES
from tui_scan.local.records import KINDS, LocalSocket
from tui_scan.local.states import STATE_NAMES
from tui_scan.local.unix_diag import TYPES as UNIX_TYPES
from tui_scan.model.errors import UsageError
from tui_scan.model.filter_terms import Term, fitting, parse_terms

HINT = "any text, port:443 state:listen proc:sshd addr:10. proto:udp !user:root"

TYPES = dict.fromkeys((*UNIX_TYPES.values(), *PACKET_TYPES.values()))
"""The kinds of UNIX and packet sockets, in a row."""

Test = Callable[[LocalSocket], bool]


def parse_socket_filter(text: str) -> tuple[Term, ...]:
    """The terms of a filter.

    Raises UsageError for an unknown key, one without a value, a wrong port or a wrong regular expression.
    """
    return parse_terms(text, "a socket", EXAMPLES, TESTS)


def matching(sockets: Iterable[LocalSocket], terms: tuple[Term, ...]) -> list[LocalSocket]:
    """The sockets that fit all terms, in their order."""
    return fitting(sockets, terms, TESTS)


def _expression(value: str) -> re.Pattern[str] | None:
    """The regular expression between slashes, None where the value is a plain text."""
    if len(value) < 3 or value[0] != "/" or value[-1] != "/":
        return None
    try:
        return re.compile(value[1:-1], re.IGNORECASE)
    except re.error as error:
        raise UsageError("“{value}” is no regular expression: {error}.", value=value, error=error) from error


def _in(value: str) -> Callable[[str], bool]:
    """Whether a text has the value in it, or fits the expression."""
    expression, wanted = _expression(value), value.lower()
    if expression is not None:
        return lambda text: expression.search(text) is not None
    return lambda text: wanted in text.lower()


def _by_port(value: str) -> Test:
    expression = _expression(value)
    if expression is not None:
        found = expression.fullmatch
        return lambda one: found(str(one.local_port)) is not None or found(str(one.remote_port)) is not None
    from tui_scan.scope.ports import parse_ports

    ports = frozenset(parse_ports(value).tcp)
    return lambda one: one.local_port in ports or one.remote_port in ports


def _by_state(value: str) -> Test:
    if _expression(value) is not None:
        fits = _in(value)
        return lambda one: fits(one.state_label)
    wanted = value.upper().replace("-", "_")
    if not any(name.startswith(wanted) for name in STATE_NAMES.values()):
        raise UsageError(
            "“{value}” is no state of a socket. Write one of {values}.",
            value=value,
            values=_listed(STATE_NAMES.values()),
        )
    return lambda one: one.state_label.startswith(wanted)


def _by_protocol(value: str) -> Test:
    if _expression(value) is not None:
        fits = _in(value)
        return lambda one: fits(one.protocol)
    wanted = value.lower()
    if not any(name.startswith(wanted) for name in KINDS) and wanted not in TYPES:
        raise UsageError(
            "“{value}” is no protocol of a socket. Write one of {values}.",
            value=value,
            values=_listed((*KINDS, *TYPES)),
        )
    return lambda one: one.protocol.startswith(wanted) or one.kind == wanted


def _listed(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(name.lower() for name in names))


def _by_program(value: str) -> Test:
    fits = _in(value)
    return lambda one: one.pid is not None and (fits(one.program or "") or value == str(one.pid))


def _by_user(value: str) -> Test:
    fits = _in(value)
    return lambda one: fits(one.user) or value == str(one.uid)


def _by_address(value: str) -> Test:
    fits = _in(value)
    return lambda one: fits(one.local_address) or fits(one.remote_address)


def _by_inode(value: str) -> Test:
    return lambda one: str(one.inode) == value


def _by_device(value: str) -> Test:
    fits = _in(value)
    return lambda one: bool(one.device) and fits(one.device)


def _by_cgroup(value: str) -> Test:
    fits, groups = _in(value), Cgroups()

    def found(one: LocalSocket) -> bool:
        number = cgroup_of(one)
        path = groups.path(number) if number is not None else groups.of_process(one.pid) if one.pid else None
        return path is not None and fits(path)

    return found


def _anything(value: str) -> Test:
    fits = _in(value)

    def found(one: LocalSocket) -> bool:
        words = (one.protocol, one.kind, one.local, one.remote, one.state_label, one.user, one.inode, one.note)
        return fits(" ".join(map(str, (*words, f"{one.pid}/{one.program}"))))

    return found


TESTS: dict[str, Callable[[str], Test]] = {
    "port": _by_port,
    "state": _by_state,
    "proto": _by_protocol,
    "proc": _by_program,
    "user": _by_user,
    "addr": _by_address,
    "dev": _by_device,
    "cgroup": _by_cgroup,
    "inode": _by_inode,
    "": _anything,
}
"""What each key of a term looks at; ``proc`` matches program and pid, ``port`` and ``addr`` both ends."""

EXAMPLES = {
    "port": "port:443",
    "state": "state:listen",
    "proto": "proto:udp",
    "proc": "proc:sshd",
    "user": "user:root",
    "addr": "addr:127.0.0.1",
    "dev": "dev:eth0",
    "cgroup": "cgroup:docker",
    "inode": "inode:1060",
}
