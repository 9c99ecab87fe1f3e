"""Reads what ``netstat`` of Linux prints (net-tools, busybox), in any language: the words of a row are not needed.

A listener is known by its peer, ``*``; net-tools translates its headings, and in some languages the states.
"""

import re

from tui_scan.local.imported_parts import (
    Known,
    Outcome,
    Passed,
    Reader,
    Unreadable,
    address_of,
    connection,
    listening_socket,
    port_of,
)

_HEADINGS = (
    "Proto ",
    "Active Internet connections",
    "Active UNIX domain sockets",
    "Connexions Internet actives",
    "Sockets du domaine UNIX actives",
    "Aktive Internetverbindungen",
    "Conexões Internet Ativas",
    "Aktivní Internetová spojení",
    "稼働中のインターネット接続",
)
"""How heading lines begin; the words behind ``Proto`` are translated too."""

HIDDEN_OWNERS = (
    "Not all processes could be identified",
    "will not be shown, you would have to be root",
    "No info could be read for",
    "Tous les processus ne peuvent être identifiés",
    "non possédés ne seront pas affichées",
)
"""Parts of what netstat says where it may not see whose sockets they are."""

_ROW = re.compile(
    r"\s*(?P<proto>tcp|udp)6?\s+(?P<recv>\d+)\s+(?P<send>\d+)\s+(?P<local>\S+:[^\s:]+)\s+"
    r"(?P<peer>\S*:[^\s:]+)(?:\s+(?P<rest>.*))?$"
)
_STATE = re.compile(r"[^\W\d][\w-]*(?=\s|$)")
_REST = re.compile(
    r"\s*(?:(?P<user>[^\s/]+)\s+(?P<inode>\d+)(?:\s+|$))?(?:(?P<pid>\d+)/(?P<program>.*?)|-)?\s*"
    r"(?:(?:off|on|keepalive|timewait|unkn-\d+) \(.*\)\s*)?$"
)
_OTHER = re.compile(r"\s*(?:raw6?|udplite6?|udpl6?|icmp6?|sctp|unix|ax25|l2cap|rfcomm)\s")
_CUT_LENGTH = 23
"""Without -W net-tools cuts an address so that it has this length together with its port."""
_LONG = re.compile(r"^\s*(?:tcp|udp)6?\s+\d+\s+\d+\s+\S{24}", re.MULTILINE)


def reader(text: str) -> Reader:
    """The reader of a text: whether addresses may be cut is seen by the longest of them."""
    cut = not _LONG.search(text)
    return lambda line: _read(line, cut)


def _read(line: str, cut: bool) -> Outcome:
    found = _ROW.match(line)
    if not found:
        if line.startswith(_HEADINGS) or any(words in line for words in HIDDEN_OWNERS):
            return Passed.HEADING
        return Passed.OTHER if _OTHER.match(line) else None
    rest, local = found["rest"] or "", found["local"]
    state = _STATE.match(rest)
    if found["proto"] == "tcp" and not state:
        return None
    if not found["peer"].endswith(":*"):
        return Passed.OTHER if cut and len(local) >= _CUT_LENGTH else connection(local.rpartition(":")[0])
    more = _REST.match(rest[state.end() :] if found["proto"] == "tcp" and state else rest)
    if more is None:
        return None
    printed, _, port = local.rpartition(":")
    family = 6 if ":" in found["peer"][:-2] else 4
    if cut and family == 6 and len(local) == _CUT_LENGTH:
        raise Unreadable(f"the address in {local!r} may be cut short. The option -W writes it whole.")
    address = address_of(printed, family)
    known = _owner(more)
    known["recv_q"], known["send_q"] = int(found["recv"]), int(found["send"])
    return listening_socket(found["proto"], address, port_of(port, found["proto"]), **known)


def _owner(more: re.Match[str]) -> Known:
    known: Known = {}
    if more["inode"]:
        user = more["user"]
        known = {"inode": int(more["inode"]), "user": user, "uid": int(user) if user.isdigit() else None}
    if more["pid"]:
        known |= {"pid": int(more["pid"]), "program": more["program"]}
    return known
