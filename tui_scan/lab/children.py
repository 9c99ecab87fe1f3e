"""The lab's processes: each lives in one network namespace, and none outlives the process that made the lab."""

import contextlib
import os
import resource
import select
import signal
import socket
from typing import NoReturn, Protocol

from tui_scan.lab import namespaces
from tui_scan.language import Sentence
from tui_scan.model.errors import LocalError, TuiScanError

_PATIENCE_SECONDS = 20.0


class Inhabitant(Protocol):
    """What lives in a namespace: it announces itself, prepares the empty namespace, sets up its links, serves."""

    @property
    def name(self) -> str:
        """The name of the place, for people."""

    def announce(self) -> None:
        """Called in the scanner's namespace, before the host has its own; raises OSError."""

    def prepare(self) -> None:
        """Called in the new namespace before any link is in it."""

    def settle(self) -> None:
        """Called when the links are there; raises OSError or TuiScanError."""

    def serve(self, parent: int) -> None:
        """Serve until the descriptor ``parent`` becomes readable, which it does when the parent ends."""


class Child:
    """A forked process, seen from the parent; it has a network namespace of its own unless ``at_home``."""

    def __init__(self, inhabitant: Inhabitant, *, at_home: bool = False) -> None:
        self.name, self.at_home = inhabitant.name, at_home
        self._channel, theirs = socket.socketpair()
        parent = os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            _live(inhabitant, at_home, theirs, parent)
        theirs.close()
        self._channel.settimeout(_PATIENCE_SECONDS)

    def await_step(self) -> None:
        """Wait until the child says that its step is done; raises LocalError with what went wrong."""
        try:
            said = self._channel.recv(4096).decode()
        except TimeoutError:
            said = "it does not answer"
        if said != "done":
            raise LocalError(
                "The lab's {name} could not be made: {said}.",
                name=self.name,
                said=said or Sentence("its process ended"),
            )

    def go_on(self) -> None:
        """Let the child take its next step."""
        self._channel.send(b"go")

    def end(self) -> None:
        """Kill the child and wait for it."""
        self._channel.close()
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)


def _live(inhabitant: Inhabitant, at_home: bool, channel: socket.socket, parent: int) -> NoReturn:
    try:
        namespaces.die_with_parent()
        # A parent that changed its user cannot send the signal above; its descriptor tells its end anyway.
        watched = os.pidfd_open(parent)
        if os.getppid() == parent:
            _detach({channel.fileno(), watched})
            _take_steps(inhabitant, at_home, channel, watched)
    except BaseException:
        os._exit(1)
    os._exit(0)


def _take_steps(inhabitant: Inhabitant, at_home: bool, channel: socket.socket, watched: int) -> None:
    try:
        namespaces.name_process(f"lab:{inhabitant.name}")
        inhabitant.announce()
        if not at_home:
            namespaces.unshare(namespaces.NEW_NETWORK)
        inhabitant.prepare()
        channel.send(b"done")
        if not channel.recv(16):
            return
        inhabitant.settle()
        channel.send(b"done")
    except (OSError, TuiScanError) as error:
        said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        channel.send(said.rstrip(".").encode())
        return
    channel.close()
    inhabitant.serve(watched)


def _detach(kept: set[int]) -> None:
    """Leave the terminal's session, the parent's files and its signal handlers."""
    os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD, signal.SIGWINCH):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.set_wakeup_fd(-1)
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    _most, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    start = 3
    for descriptor in sorted(kept):
        os.closerange(start, descriptor)
        start = descriptor + 1
    os.closerange(start, hard if hard < 1 << 20 else 1 << 20)


def wait_for_end(parent: int) -> None:
    """Sleep until the parent ends: all that a process has to do which only holds a namespace."""
    poll = select.poll()
    poll.register(parent, select.POLLIN)
    poll.poll()
