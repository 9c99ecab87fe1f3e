"""Reads what ``tui-scan local --json`` prints: an object a line."""

import json

from tui_scan.local.imported_parts import Outcome, Passed, Reader, Unreadable, connection, socket_text
from tui_scan.local.records import KINDS, PROTOCOLS, LocalSocket
from tui_scan.local.states import SocketState

_TYPES: dict[str, type | tuple[type, ...]] = {
    "protocol": str,
    "local_address": str,
    "local_port": int,
    "remote_address": str,
    "remote_port": int,
    "state": str,
    "recv_q": int,
    "send_q": int,
    "uid": (int, type(None)),
    "user": str,
    "inode": int,
}
_OPTIONAL: dict[str, type | tuple[type, ...]] = {
    "note": str,
    "backlog": (int, type(None)),
    "v6only": (bool, type(None)),
    "pid": (int, type(None)),
    "program": (str, type(None)),
    "device": str,
}


def reader(_text: str) -> Reader:
    """The reader of a text."""
    return _read


def _read(line: str) -> Outcome:
    if not line.lstrip().startswith("{"):
        return None
    try:
        told = json.loads(line)
    except ValueError as error:
        raise Unreadable(f"it is no JSON object: {error}.") from None
    protocol = told.get("protocol")
    if protocol not in PROTOCOLS:
        if protocol in KINDS:
            return Passed.OTHER
        raise Unreadable(f"no socket has the protocol {protocol!r}.")
    known = {name: told[name] for name, kind in _OPTIONAL.items() if isinstance(told.get(name), kind) and name in told}
    for name, kind in _TYPES.items():
        if not isinstance(told.get(name), kind):
            raise Unreadable(f"{name!r} is missing, or of another kind than “tui-scan local --json” writes.")
        known[name] = told[name]
    return _socket(known)


def _socket(known: dict[str, object]) -> Outcome:
    try:
        known["state"] = SocketState[str(known["state"])]
        for side in ("local_address", "remote_address"):
            known[side] = socket_text(str(known[side]))
    except (KeyError, ValueError) as error:
        raise Unreadable(f"a state or an address in it is unknown: {error}.") from None
    found = LocalSocket(**known)  # type: ignore[arg-type]
    if not 0 <= found.local_port <= 65535:
        raise Unreadable(f"{found.local_port} is no port.")
    return found if found.listening else connection(found.local_address)
