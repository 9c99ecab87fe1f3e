"""A real sshd in a network namespace, with keys of its own, and the ssh command that reaches it from another one."""

import os
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import missing
from tests.namespaces import Link, inside, run

_CONFIG = """\
Port {port}
HostKey {directory}/host_key
AuthorizedKeysFile {directory}/user_key.pub
PidFile none
UsePAM no
StrictModes no
PermitRootLogin yes
PasswordAuthentication no
KbdInteractiveAuthentication no
PrintMotd no
{more}
"""


@dataclass(frozen=True, slots=True)
class SshServer:
    """A server in a namespace. ``host`` is its IPv4 address, ``directory`` holds the keys and the server's log."""

    host: str
    port: int
    directory: Path
    within: tuple[str, ...]

    @property
    def command(self) -> tuple[str, ...]:
        """The ssh command of the client's namespace that is let in."""
        return self.with_options("-i", str(self.directory / "user_key"))

    def with_options(self, *options: str, known_hosts: str = "known_hosts", port: int = 0) -> tuple[str, ...]:
        """The ssh command with other options; ``known_hosts`` is a file of the directory."""
        return (
            *self.within,
            *("ssh", "-F", "none", "-p", str(port or self.port)),
            *("-o", f"UserKnownHostsFile={self.directory / known_hosts}"),
            *("-o", "GlobalKnownHostsFile=none", "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none"),
            *options,
        )

    def stand_in(self, directory: Path) -> None:
        """Make a program ``ssh`` there that is this command, as a person's ssh configuration would have it."""
        words = [str(shutil.which(word)) if word == "ssh" else word for word in self.command]
        script = directory / "ssh"
        script.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n')
        script.chmod(0o755)


@contextmanager
def ssh_server(link: Link, *, at: str = "", client: str = "", port: int = 2222, more: str = "") -> Iterator[SshServer]:
    """A running sshd that lets root in by key; ``more`` are further lines of its configuration.

    ``at`` is the namespace of the link that it runs in, else the target's, ``client`` the one of the ssh command,
    else the scanner's.
    """
    at, client = at or link.target, client or link.scanner
    address = link.address if at == link.target else Link.own
    sshd = shutil.which("sshd", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if sshd is None or not shutil.which("ssh") or not shutil.which("ssh-keygen"):
        missing("the peer programs sshd, ssh and ssh-keygen are not installed")
    Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        for key in ("host_key", "user_key", "other_key"):
            run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(directory / key))
        host_key = " ".join((directory / "host_key.pub").read_text().split()[:2])
        (directory / "known_hosts").write_text("".join(f"[{host}]:{port} {host_key}\n" for host in address.values()))
        (directory / "config").write_text(_CONFIG.format(port=port, directory=directory, more=more))
        with (directory / "log").open("wb") as log:
            process = subprocess.Popen(
                ["ip", "netns", "exec", at, str(sshd), "-D", "-e", "-f", str(directory / "config")],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            _wait(client, (address[4], port), process, directory / "log")
            yield SshServer(address[4], port, directory, ("ip", "netns", "exec", client))
        finally:
            for one in _tree(process.pid):
                with suppress(ProcessLookupError):
                    os.kill(one, signal.SIGTERM)
            process.wait()


def _tree(root: int) -> list[int]:
    """The server and what it started for connections, kept ones among them; not what runs in these."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/status"):
        with suppress(OSError):
            lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
            if lines["Name"].strip() == "sshd":
                parents[int(lines["Pid"])] = int(lines["PPid"])
    tree = [root]
    for pid in tree:
        tree += [child for child, parent in parents.items() if parent == pid]
    return tree


def _wait(client: str, address: tuple[str, int], process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait until the server takes connections."""
    end = time.monotonic() + 60
    with inside(client):
        while time.monotonic() < end:
            assert process.poll() is None, log.read_text()
            try:
                socket.create_connection(address, 1).close()
            except OSError:
                time.sleep(0.02)
            else:
                return
    raise AssertionError(f"sshd takes no connection: {log.read_text()}")
