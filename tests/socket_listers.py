"""What ss and netstat say of sockets, as rows to be compared with ours."""

import subprocess
from collections import Counter
from typing import Any

Row = dict[str, Any]

SS_STATES = {"ESTAB": "ESTABLISHED", "UNCONN": "", "FIN-WAIT-1": "FIN_WAIT1", "FIN-WAIT-2": "FIN_WAIT2"}
"""The states that ss calls by another name."""


def output(command: list[str]) -> list[str]:
    """The lines of a command that must succeed."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def counted(rows: list[Row], *columns: str) -> Counter[tuple[Any, ...]]:
    """How often each combination of values stands in some columns."""
    return Counter(tuple(row[column] for column in columns) for row in rows)


def ss_row(line: str) -> Row:
    """A line of ``ss -HtuanpeO``."""
    protocol, state, recv_q, send_q, local, remote, *rest = line.split()
    (address, port), (peer, peer_port) = local.rsplit(":", 1), remote.rsplit(":", 1)
    six = address == "*" or address.startswith("[")
    details = dict(word.split(":", 1) for word in rest if ":" in word)
    return {
        "protocol": protocol + ("6" if six else ""),
        "local_address": "::" if address == "*" else address.strip("[]"),
        "local_port": int(port),
        "remote_address": "::" if peer == "*" else peer.strip("[]"),
        "remote_port": 0 if peer_port == "*" else int(peer_port),
        "state": SS_STATES.get(state, state.replace("-", "_")),
        "recv_q": int(recv_q),
        "send_q": int(send_q),
        "inode": int(details.get("ino", 0)),
        "pid": int(line.partition("pid=")[2].partition(",")[0]) if "pid=" in line else None,
        "program": line.partition('(("')[2].partition('"')[0] or None,
        "v6only": details.get("v6only") == "1",
    }


def netstat_row(line: str) -> Row:
    """A line of ``netstat -antupeW``."""
    protocol, recv_q, send_q, local, remote, *rest = line.split()
    state = "" if rest[0].isdigit() else rest.pop(0)
    (address, port), (peer, peer_port) = local.rsplit(":", 1), remote.rsplit(":", 1)
    pid = rest[2].partition("/")[0]
    return {
        "protocol": protocol,
        "local_address": address,
        "local_port": int(port),
        "remote_address": peer,
        "remote_port": 0 if peer_port == "*" else int(peer_port),
        "state": state,
        "recv_q": int(recv_q),
        "send_q": int(send_q),
        "uid": int(rest[0]),
        "inode": int(rest[1]),
        "pid": int(pid) if pid.isdigit() else None,
    }
