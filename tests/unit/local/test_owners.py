"""Owners of sockets in a procfs made by the test, and in the real one."""

import os
import socket
from pathlib import Path

import pytest

from tui_scan.local.owners import RETRY_SECONDS, Owner, Owners, printable
from tui_scan.local.sockets import read_sockets


class Procfs:
    """A directory that looks like /proc, as far as owners need it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def hold(self, pid: int, descriptor: int, inode: int, program: bytes = b"daemon\n") -> None:
        directory = self.root / str(pid) / "fd"
        directory.mkdir(parents=True, exist_ok=True)
        (directory.parent / "comm").write_bytes(program)
        (directory / str(descriptor)).symlink_to(f"socket:[{inode}]")

    def release(self, pid: int, descriptor: int) -> None:
        (self.root / str(pid) / "fd" / str(descriptor)).unlink()


@pytest.fixture
def procfs(tmp_path: Path) -> Procfs:
    return Procfs(tmp_path)


def test_the_lowest_pid_of_those_that_share_a_socket_is_named(procfs: Procfs) -> None:
    procfs.hold(1200, 3, 77, b"worker\n")
    procfs.hold(99, 4, 77, b"master\n")
    owners = Owners(procfs.root)
    owners.refresh([77, 0])
    assert owners.of(77) == Owner(99, "master")
    assert (owners.hidden, owners.reason) == (0, "")


def test_a_socket_that_was_handed_on_changes_its_owner_at_the_next_refresh(procfs: Procfs) -> None:
    procfs.hold(10, 3, 77)
    procfs.hold(20, 3, 77, b"child\n")
    owners = Owners(procfs.root)
    owners.refresh([77])
    procfs.release(10, 3)
    procfs.hold(10, 3, 78)
    owners.refresh([77])
    assert owners.of(77) == Owner(20, "child")


def test_hidden_owners_are_counted_with_a_reason_and_looked_for_again_later(procfs: Procfs) -> None:
    procfs.hold(10, 3, 77)
    now = 0.0
    owners = Owners(procfs.root, clock=lambda: now)
    owners.refresh([77, 78])
    assert owners.hidden == 1
    assert "no visible process" in owners.reason
    procfs.hold(10, 4, 78)
    owners.refresh([77, 78])
    assert owners.of(78) is None
    now = RETRY_SECONDS
    owners.refresh([77, 78])
    assert owners.of(78) == Owner(10, "daemon")
    assert owners.hidden == 0


def test_processes_that_may_not_be_read_are_counted(procfs: Procfs) -> None:
    procfs.hold(10, 3, 77)
    procfs.hold(11, 3, 78)
    (procfs.root / "11" / "fd").chmod(0)
    read_end, write_end = os.pipe()
    for directory in (procfs.root, *procfs.root.parents):
        if directory.is_relative_to("/tmp") and directory != Path("/tmp"):
            directory.chmod(0o755)
    child = os.fork()
    if child == 0:
        if os.geteuid() == 0:
            os.setgid(65534)
            os.setuid(65534)
        owners = Owners(procfs.root)
        owners.refresh([77, 78])
        os.write(write_end, f"{owners.hidden} {owners.unreadable} {owners.reason}".encode())
        os._exit(0)
    os.close(write_end)
    told = os.read(read_end, 1000).decode()
    os.close(read_end)
    os.waitpid(child, 0)
    assert told.startswith("1 1 1 process may not be read")
    assert "CAP_SYS_PTRACE" in told


def test_a_socket_of_this_very_process_is_owned_by_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        inode = os.fstat(server.fileno()).st_ino
        (found,) = (one for one in Owners().name(read_sockets()) if one.inode == inode)
    assert (found.pid, found.program) == (os.getpid(), printable(Path("/proc/self/comm").read_bytes()[:-1]))
    assert found.local_port == int(found.local.rpartition(":")[2])


@pytest.mark.parametrize(
    ("raw", "shown"),
    [(b"sshd", "sshd"), (b"a\x1b[2Jb", "a\\x1b[2Jb"), (b"\xff", "\\xff"), ("né".encode(), "né")],
)
def test_names_cannot_control_the_terminal(raw: bytes, shown: str) -> None:
    assert printable(raw) == shown
