"""The filter of the local view: ``port:443 state:listen proc:sshd !user:root text``, all of which must hold."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tui_scan.local.records import LocalSocket
from tui_scan.model.errors import UsageError
from tui_scan.scope.ports import parse_ports

HINT = "port:443 state:listen proc:sshd user:root addr:10.  !not  or any text"

Test = Callable[[LocalSocket], bool]
_HEX = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class SocketTerm:
    """One word of a filter; ``key`` is empty for a bare text."""

    key: str
    value: str
    negated: bool

    def test(self) -> Test:
        """Whether a socket fits the term, as a function."""
        found = TESTS[self.key](self.value)
        return (lambda one: not found(one)) if self.negated else found


def parse_socket_filter(text: str) -> tuple[SocketTerm, ...]:
    """The terms of a filter. Raises UsageError for an unknown key, one without a value, or a wrong port."""
    return tuple(_term(word) for word in text.lower().split())


def _term(word: str) -> SocketTerm:
    negated = word.startswith("!") and len(word) > 1
    body = word[1:] if negated else word
    key, colon, value = body.partition(":")
    # Hex digits before a colon are the start of an IPv6 address.
    if not colon or not key or (key not in TESTS and (not key.isalpha() or _HEX.issuperset(key))):
        return SocketTerm("", body, negated)
    if key not in TESTS:
        known = ", ".join(f"{name}:" for name in TESTS if name)
        raise UsageError(f"“{key}:” is no part of a socket. Write one of {known}.")
    if not value:
        raise UsageError(f"“{key}:” needs a value, such as {EXAMPLES[key]}.")
    if key == "port":
        parse_ports(value)
    return SocketTerm(key, value, negated)


def matching(sockets: Iterable[LocalSocket], terms: tuple[SocketTerm, ...]) -> list[LocalSocket]:
    """The sockets that fit all terms, in their order."""
    found = list(sockets)
    for term in terms:
        found = list(filter(term.test(), found))
    return found


def _by_port(value: str) -> Test:
    ports = frozenset(parse_ports(value).tcp)
    return lambda one: one.local_port in ports or one.remote_port in ports


def _by_state(value: str) -> Test:
    wanted = value.replace("-", "_")
    return lambda one: one.state_label.lower().startswith(wanted)


def _by_protocol(value: str) -> Test:
    return lambda one: one.protocol.startswith(value)


def _by_program(value: str) -> Test:
    return lambda one: value in (one.program or "").lower() or value == str(one.pid)


def _by_user(value: str) -> Test:
    return lambda one: value in one.user.lower() or value == str(one.uid)


def _by_address(value: str) -> Test:
    return lambda one: value in one.local_address or value in one.remote_address


def _by_inode(value: str) -> Test:
    return lambda one: str(one.inode) == value


def _anything(value: str) -> Test:
    def found(one: LocalSocket) -> bool:
        protocol, local, local_port, remote, remote_port, _, _, _, _, user, inode, note, _, _, pid, program = one
        if ":" in local:
            local, remote = f"[{local}]", f"[{remote}]"
        ends = f"{local}:{local_port or '*'} {remote}:{remote_port or '*'}"
        words = f"{protocol} {ends} {one.state_label} {user} {inode} {pid}/{program} {note}"
        return value in words.lower()

    return found


TESTS: dict[str, Callable[[str], Test]] = {
    "port": _by_port,
    "state": _by_state,
    "proto": _by_protocol,
    "proc": _by_program,
    "user": _by_user,
    "addr": _by_address,
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
    "inode": "inode:1060",
}
