"""The tables of /proc/net that a remote host sent: of its own network namespace, and of its others."""

from collections.abc import Mapping

from tui_scan.local.listing import listeners
from tui_scan.local.owners import printable
from tui_scan.local.proc_net import ByteOrder, parse_table
from tui_scan.local.records import PROTOCOLS, LocalSocket

_BIG = frozenset(
    ("aarch64_be", "armeb", "m68k", "mips", "mips64", "parisc", "ppc", "ppc64", "s390", "s390x", "sparc", "sparc64")
)
"""Machines (``uname -m``) with the most significant byte first; only asked where ``od`` is missing."""
_ELSEWHERE = "elsewhere"


def rows(told: Mapping[str, str], prefix: str, users: Mapping[int, str]) -> list[LocalSocket]:
    """The listeners of the tables in the sections ``prefix`` + tcp, tcp6, udp, udp6, with the users' names there."""
    order = byte_order(told)
    found = [row for table in PROTOCOLS for row in listeners(parse_table(told.get(prefix + table, ""), table, order))]
    return [row._replace(user="" if row.uid is None else users.get(row.uid, str(row.uid))) for row in found]


def elsewhere(told: Mapping[str, str]) -> tuple[LocalSocket, ...]:
    """The listeners of the host's other network namespaces; ``note`` names the namespace and a process in it.

    Whose processes the user there may not read stays unseen. Owners are named as far as they could be read.
    """
    users, holders, programs = user_names(told.get("users", "")), _holders(told), _programs(told)
    found: list[LocalSocket] = []
    prefixes = dict.fromkeys(name.rpartition(" ")[0] for name in told if name.startswith(f"{_ELSEWHERE} "))
    for prefix in prefixes:
        number, _, process = prefix.removeprefix(f"{_ELSEWHERE} ").partition(" ")
        note = f"network namespace {number.removeprefix('net:').strip('[]')}, process {process}"
        for row in rows(told, f"{prefix} ", users):
            pid = holders.get(row.inode)
            program = None if pid is None else programs.get(pid, "")
            found.append(row._replace(note=printable(note.encode()), pid=pid, program=program))
    return tuple(found)


def user_names(text: str) -> dict[int, str]:
    """Names by user id, from lines ``name:id``."""
    names: dict[int, str] = {}
    for line in text.splitlines():
        name, _, number = line.partition(":")
        if number.isdigit():
            names.setdefault(int(number), printable(name.encode()))
    return names


def byte_order(told: Mapping[str, str]) -> ByteOrder:
    """By how ``od`` there reads the bytes 1, 0 as a number; without it by the name of the machine."""
    number = told.get("order", "").strip()
    if number in ("0001", "0100"):
        return "little" if number == "0001" else "big"
    return "big" if told.get("machine", "").strip() in _BIG else "little"


def _holders(told: Mapping[str, str]) -> dict[int, int]:
    """The lowest pid that holds a socket, by inode, from lines ``pid socket:[inode]``."""
    holders: dict[int, int] = {}
    for line in told.get("holders", "").splitlines():
        pid, _, link = line.partition(" ")
        inode = link.strip().removeprefix("socket:[").removesuffix("]")
        if pid.isdigit() and inode.isdigit():
            holders[int(inode)] = min(int(pid), holders.get(int(inode), int(pid)))
    return holders


def _programs(told: Mapping[str, str]) -> dict[int, str]:
    """The short name of a process by its pid, from lines ``/proc/pid/comm:name``."""
    names: dict[int, str] = {}
    for line in told.get("programs", "").splitlines():
        path, _, name = line.partition(":")
        pid = path.removeprefix("/proc/").removesuffix("/comm")
        if pid.isdigit():
            names[int(pid)] = printable(name.encode())
    return names
