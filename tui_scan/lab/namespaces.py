"""Own user, network and mount namespaces for the present process, by system calls alone."""

import ctypes
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from tui_scan.model.errors import LocalError

NEW_MOUNT = 0x00020000
NEW_USER = 0x10000000
NEW_NETWORK = 0x40000000

_MS_BIND, _MS_REC, _MS_PRIVATE = 4096, 16384, 1 << 18
_PR_SET_PDEATHSIG, _PR_SET_NAME = 1, 15
_CAP_SYS_ADMIN = 21

_libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int, call: str) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, f"{call}: {os.strerror(number)}")


def unshare(flags: int) -> None:
    """unshare(2); raises OSError."""
    _check(_libc.unshare(flags), "unshare()")


def join(descriptor: int, flag: int) -> None:
    """setns(2): go where the namespace behind ``descriptor`` is; raises OSError."""
    _check(_libc.setns(descriptor, flag), "setns()")


def bind_file(source: Path, target: Path) -> None:
    """Let ``target`` show the file ``source`` in this mount namespace; raises OSError."""
    _check(_libc.mount(os.fsencode(source), os.fsencode(target), None, _MS_BIND, None), "mount()")


def become(command: Sequence[str]) -> NoReturn:
    """Replace this program by ``command``, with the signals that a shell would give it; raises OSError."""
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    sys.stdout.flush()
    os.execvp(command[0], list(command))


def name_process(name: str) -> None:
    """The name that ``ps`` shows, cut to 15 bytes."""
    _libc.prctl(_PR_SET_NAME, name.encode()[:15], 0, 0, 0)


def die_with_parent() -> None:
    """Ask for SIGKILL when the thread that forked this process ends."""
    _libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)


def is_admin() -> bool:
    """Whether CAP_SYS_ADMIN is effective, so that namespaces need no user namespace around them."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("CapEff:"):
            return bool(int(line.split()[1], 16) >> _CAP_SYS_ADMIN & 1)
    return False


def enter_own() -> None:
    """Move this process to its own network and mount namespace, with every capability over them.

    Without CAP_SYS_ADMIN a user namespace comes first, in which the user is root (user_namespaces(7)).
    Raises LocalError where threads run already, OSError where the kernel forbids it.
    """
    if len(list(Path("/proc/self/task").iterdir())) > 1:
        raise LocalError("The lab must be made before threads start: a process with threads cannot move.")
    if is_admin():
        unshare(NEW_NETWORK | NEW_MOUNT)
    else:
        user, group = os.geteuid(), os.getegid()
        unshare(NEW_USER | NEW_NETWORK | NEW_MOUNT)
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {user} 1")
        Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    _check(_libc.mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None), "mount()")


def join_process(pid: int) -> None:
    """Move this process to the namespaces of process ``pid``, and keep the working directory.

    Raises OSError where that is not allowed or the process has gone.
    """
    here = Path.cwd()
    process = Path(f"/proc/{pid}/ns")
    kinds = [("user", NEW_USER), ("mnt", NEW_MOUNT), ("net", NEW_NETWORK)]
    wanted = [(name, flag) for name, flag in kinds if not _same(process / name, name)]
    descriptors = [(os.open(process / name, os.O_RDONLY | os.O_CLOEXEC), flag) for name, flag in wanted]
    for descriptor, flag in descriptors:
        join(descriptor, flag)
        os.close(descriptor)
    os.chdir(here)


def _same(theirs: Path, name: str) -> bool:
    return theirs.readlink() == Path(f"/proc/self/ns/{name}").readlink()
