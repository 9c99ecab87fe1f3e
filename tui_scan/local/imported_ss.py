"""Reads what ``ss`` prints: with or without its heading, Netid, State, names, -p, -e and -m."""

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

_HEADING = "Local Address:Port"
_ROW = re.compile(
    r"\s*(?:(?P<netid>tcp|udp|[a-z][a-z0-9_]*)\s+)?(?:(?P<state>[A-Z][A-Z0-9-]+)\s+)?(?P<recv>\d+)\s+(?P<send>\d+)\s+"
    r"(?P<address>\S+):(?P<port>[^\s:]+)\s+(?P<peer>\S+):(?P<peer_port>[^\s:]+)(?:\s+(?P<rest>.*))?$"
)
_OTHER = re.compile(r"\s*(?:u_str|u_dgr|u_seq|nl|p_raw|p_dgr|raw|icmp6|dccp|sctp|mptcp|tipc|vsock|v_str|v_dgr|xdp)\s")
_DETAIL = re.compile(r"\s+\S.*(?:skmem:\(|cwnd:|rto:|mss:)|\s+skmem:\(")
_OWNER = re.compile(r'\("((?:[^"]|"(?!,))*)",(?:pid=)?(\d+),(?:fd=)?\d+\)')
_INODE = re.compile(r"\bino:(\d+)\b")
_USER = re.compile(r"\buid:(\d+)\b")
_ONLY_6 = re.compile(r"\bv6only:([01])\b")
_OLD = re.compile(r"\s:::\S+\s|\s\d+\.\d+\.\d+\.\d+(?:%\S+)?:\S+\s+\*:\*(?:\s|$)", re.MULTILINE)
_PROTOCOLS = {"LISTEN": "tcp", "UNCONN": "udp"}


def reader(text: str) -> Reader:
    """The reader of a text.

    Before iproute2 4.14 a ``*`` meant 0.0.0.0, later ``::`` of a socket that takes IPv4 too; the rest of the
    text tells which.
    """
    old = bool(_OLD.search(text))
    return lambda line: _read(line, old)


def _read(line: str, old: bool) -> Outcome:
    if _HEADING in line:
        return Passed.HEADING
    found = _ROW.match(line)
    if not found:
        return Passed.OTHER if _OTHER.match(line) or _DETAIL.match(line) else None
    netid, state = found["netid"], found["state"]
    if netid not in (None, "tcp", "udp"):
        return Passed.OTHER if _OTHER.match(line) else None
    if state not in (None, *_PROTOCOLS) or found["peer_port"] != "*":
        return connection(found["address"])
    protocol = netid or _PROTOCOLS.get(state or "")
    if protocol is None:
        raise Unreadable("neither Netid nor State tells the protocol. Try “ss -tulnp”.")
    if state is not None and _PROTOCOLS[state] != protocol:
        return Passed.OTHER
    port = port_of(found["port"], protocol)
    return _listener(found, protocol, port, old)


def _listener(found: re.Match[str], protocol: str, port: int, old: bool) -> Outcome:
    printed, rest = found["address"], found["rest"] or ""
    star = printed.partition("%")[0] == "*"
    address = address_of(printed, 4 if old else 6) if star else address_of(printed)
    known: Known = {"recv_q": int(found["recv"])}
    if protocol == "tcp":
        known["backlog"] = int(found["send"])
    else:
        known["send_q"] = int(found["send"])
    if device := printed.partition("%")[2].rstrip("]"):
        known["device"] = device
    owners = sorted((int(pid), name) for name, pid in _OWNER.findall(rest))
    if owners:
        known |= {"pid": owners[0][0], "program": owners[0][1]}
    if inode := _INODE.search(rest):
        user = _USER.search(rest)
        uid = int(user[1]) if user else 0
        known |= {"inode": int(inode[1]), "uid": uid, "user": str(uid)}
    if only_6 := _ONLY_6.search(rest):
        known["v6only"] = only_6[1] == "1"
    elif address == "::" and not old:
        known["v6only"] = not star
    return listening_socket(protocol, address, port, **known)
