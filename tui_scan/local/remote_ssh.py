"""One command on another host by the system's ``ssh``: no questions, and the connection is kept for the next."""

import hashlib
import os
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from signal import SIGKILL

from tui_scan.language import Sentence
from tui_scan.local.owners import printable
from tui_scan.model.errors import LocalError, UsageError

CONNECT_SECONDS = 10
_OPTIONS = (
    "-T",
    *("-o", "BatchMode=yes"),
    *("-o", "LogLevel=ERROR"),
    *("-o", "ClearAllForwardings=yes"),
    *("-o", "ServerAliveInterval=5"),
)
_KEPT_SECONDS = 60
_CONFIGURATION_SECONDS = 5.0
_SOCKET_PATH_MOST = 104
_FAILED = 255
_TURN = 0.2
"""Seconds between two looks at whether somebody still waits."""

_ADVICE = (
    (
        "host key verification failed",
        "Its key is not the one that this machine knows, or none is known: connect once by hand and compare the key.",
    ),
    ("permission denied", "It takes none of your keys without a password: try ssh-add, or add your key there."),
    ("could not resolve", "Check the name, or the Host entry in ~/.ssh/config."),
    ("connection refused", "No SSH server listens there, or on another port: see Port in ~/.ssh/config."),
    ("timed out", "The host is down, or a firewall drops the packets."),
    ("no route to host", "The host is down, or no router knows the way."),
    ("network is unreachable", "This machine has no route to it."),
    (
        "too many authentication failures",
        "The agent offers too many keys: name one with IdentityFile and IdentitiesOnly.",
    ),
)
"""What to do about ssh's own messages, by a part of them in lower case."""


class NotRunError(LocalError):
    """ssh reached the host, but the command printed nothing."""


def over_ssh(
    host: str,
    command: str,
    given: str,
    ssh_command: Sequence[str],
    timeout: float,
    stopped: Callable[[], bool] = lambda: False,
) -> str:
    """Run ``command`` on ``host`` with ``given`` as standard input; its standard output.

    Never asks anything: ssh gets no terminal, and BatchMode. The connection stays for a minute for the next call.
    UsageError where the host's name cannot be one; LocalError with ssh's own message where it fails, where
    ``timeout`` seconds are over, and where ``stopped()`` says that nobody waits any longer.
    """
    line = [*command_line(host, ssh_command, timeout), command]
    # A connection that stays behind would hold a pipe open; a file it may hold.
    with tempfile.TemporaryFile() as said:
        try:
            process = subprocess.Popen(
                line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, start_new_session=True
            )
        except OSError as error:
            raise LocalError(
                "{line!r} cannot be run ({strerror}). Install the OpenSSH client, or name another command with "
                "--ssh-command.",
                line=line[0],
                strerror=error.strerror,
            ) from error
        output = _finished(process, given.encode(), timeout, host, stopped)
        said.seek(0)
        message = _last_words(said.read(1 << 16))
    if process.returncode == _FAILED and not output:
        raise LocalError("ssh to {host} failed: {message}{advice}", host=host, message=message, advice=_advice(message))
    if not output.strip():
        raise NotRunError(
            "{host} did not run “{command}” (exit status {returncode}): {message}",
            host=host,
            command=command,
            returncode=process.returncode,
            message=message,
        )
    return output.decode("utf-8", "backslashreplace")


def command_line(host: str, ssh_command: Sequence[str], timeout: float) -> list[str]:
    """The whole command up to the host; raises UsageError for a host that ssh would take for something else."""
    if not ssh_command:
        raise UsageError("The ssh command is empty. Write it as on a command line, such as: ssh -p 2222")
    if not host or host.startswith("-") or not host.isprintable() or any(c.isspace() for c in host):
        raise UsageError("{host!r} is no host for ssh. Write HOST, USER@HOST, or a name of ~/.ssh/config.", host=host)
    seconds = max(1, min(CONNECT_SECONDS, int(timeout / 2)))
    return [*ssh_command, *_OPTIONS, "-o", f"ConnectTimeout={seconds}", *_kept(ssh_command, host, timeout), "--", host]


def _finished(
    process: "subprocess.Popen[bytes]", given: bytes, timeout: float, host: str, stopped: Callable[[], bool]
) -> bytes:
    """What the process printed; it is killed with all that it started where it is not waited for."""
    until = time.monotonic() + timeout
    first: bytes | None = given
    try:
        while True:
            try:
                return process.communicate(first, max(0.0, min(_TURN, until - time.monotonic())))[0]
            except subprocess.TimeoutExpired:
                first = None
                if stopped():
                    raise LocalError("What {host} was asked over ssh was stopped.", host=host) from None
                if time.monotonic() >= until:
                    raise LocalError(
                        "{host} gave no whole answer within {timeout:g} s over ssh.", host=host, timeout=timeout
                    ) from None
    finally:
        if process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, SIGKILL)
            process.wait()


def _kept(ssh_command: Sequence[str], host: str, timeout: float) -> list[str]:
    """The options that keep a connection for the next call.

    None where the person's own configuration shares connections: one that is open may have cost them a token. None
    where there is no private place for the socket.
    """
    if _shared(ssh_command, host, min(timeout, _CONFIGURATION_SECONDS)):
        return []
    directory = _private_directory()
    # The same address may be another host's in another network namespace.
    name = hashlib.sha256("\0".join((*ssh_command, _network())).encode()).hexdigest()[:8]
    # While it is made, ssh writes 17 more characters behind the name; %C stands for 40.
    if directory is None or len(str(directory)) + 2 + len(name) + 40 + 17 > _SOCKET_PATH_MOST:
        return []
    path = f"{str(directory).replace('%', '%%')}/{name}-%C"
    return [
        *("-o", "ControlMaster=auto"),
        *("-o", f"ControlPath={path}"),
        *("-o", f"ControlPersist={_KEPT_SECONDS}"),
    ]


def _network() -> str:
    """The network namespace of the calling thread; empty where it cannot be told."""
    try:
        return str(Path("/proc/thread-self/ns/net").readlink())
    except OSError:
        return ""


def _shared(ssh_command: Sequence[str], host: str, timeout: float) -> bool:
    """Whether ssh's configuration for the host names a ControlPath (``ssh -G`` prints what would be in force)."""
    try:
        told = subprocess.run(
            [*ssh_command, "-G", "--", host],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
            check=False,
            start_new_session=True,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    paths = [line.split(b" ", 1)[1] for line in told.stdout.splitlines() if line.startswith(b"controlpath ")]
    return any(path != b"none" for path in paths)


def _private_directory() -> Path | None:
    """A directory that nobody else can enter, in the person's runtime directory or beside the temporary files."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    for place in ([Path(runtime) / "tui_scan"] if runtime.startswith("/") else []) + [
        Path(tempfile.gettempdir()) / f"tui_scan-{os.geteuid()}"
    ]:
        with suppress(OSError):
            place.mkdir(mode=0o700, exist_ok=True)
            status = place.lstat()
            if stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & 0o077:
                return place
    return None


def _last_words(said: bytes) -> str:
    """The last two lines that ssh wrote, as one sentence safe to print: what failed, and before it often why."""
    lines = [printable(line.strip().removeprefix(b"ssh: ")) for line in said.splitlines() if line.strip(b"@ \t\r")]
    return ". ".join(line.rstrip(".") for line in lines[-2:] or ["it gave no reason"]) + "."


def _advice(message: str) -> str:
    told = message.lower()
    return next((Sentence(" {advice}", advice=Sentence(advice)) for part, advice in _ADVICE if part in told), "")
