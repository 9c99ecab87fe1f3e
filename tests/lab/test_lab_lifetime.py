"""``tui-scan lab`` runs commands, as root and as a plain user, and leaves nothing behind."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import tui_scan
from tests.conftest import missing
from tui_scan.lab.description import load
from tui_scan.lab.running import RunningLab

_NOBODY = 65534


def launch(*arguments: str) -> list[str]:
    """The command line of ``tui-scan lab`` with these arguments."""
    return [sys.executable, "-m", "tui_scan", "lab", *arguments]


def in_lab(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(launch("--", *command), capture_output=True, text=True, check=False, timeout=180)


def network_of(pid: int | str) -> str:
    return str(Path(f"/proc/{pid}/ns/net").readlink())


def networks() -> set[str]:
    """The network namespaces that some process holds now."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            found.add(network_of(process.name))
        except OSError:
            continue
    return found


def lab_processes(parent: int) -> set[int]:
    """The children of a process."""
    return {int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()}


def gone(pids: set[int]) -> bool:
    """Whether the processes end soon; a machine with other work takes its time."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if not any(Path(f"/proc/{pid}/exe").is_symlink() and alive(pid) for pid in pids):
            return True
        time.sleep(0.01)
    return False


def alive(pid: int) -> bool:
    """A zombie that waits for its reaper is not alive."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_command_runs_as_root_of_its_own_network(namespaces: None) -> None:
    done = in_lab("sh", "-c", "id -u; cat /proc/net/dev; echo told >&2; exit 7")
    assert done.returncode == 7
    assert done.stdout.splitlines()[0] == "0"
    interfaces = {line.split(":")[0].strip() for line in done.stdout.splitlines() if ":" in line}
    assert interfaces == {"lo", "lab0"}
    assert done.stderr == "told\n"


def test_standard_input_reaches_the_command(namespaces: None) -> None:
    done = subprocess.run(launch("--", "tr", "a-z", "A-Z"), input="abc", capture_output=True, text=True, check=True)
    assert done.stdout == "ABC"


def test_a_signal_that_ends_the_command_is_told(namespaces: None) -> None:
    assert in_lab("sh", "-c", "kill -TERM $$").returncode == -signal.SIGTERM


@pytest.mark.parametrize(("command", "status"), [("no-such-program", 127), ("/etc/passwd", 126)])
def test_a_command_that_cannot_run_is_told(namespaces: None, command: str, status: int) -> None:
    done = in_lab(command)
    assert done.returncode == status
    assert done.stderr.startswith(f"tui-scan lab: cannot run {command}: ")
    assert len(done.stderr.splitlines()) == 1


def test_names_are_known_in_the_lab_alone(lab: RunningLab, peer: Callable[[str], str]) -> None:
    getent = peer("getent")
    for host in lab.topology.hosts:
        told = lab.run([getent, "ahosts", host.name]).stdout
        assert {line.split()[0] for line in told.splitlines()} == {str(own.ip) for own in host.addresses}
    assert "linux.lab" not in Path("/etc/hosts").read_text()


def test_names_are_known_to_a_plain_user(namespaces: None, plain_user: list[str], peer: Callable[[str], str]) -> None:
    command = [*plain_user, "-m", "tui_scan", "lab", "--", peer("getent"), "hosts", "inner.lab"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=180)
    assert done.stdout.split() == ["fd77:1::2", "inner.lab"], done.stderr


def test_output_that_nobody_reads_ends_the_command(namespaces: None) -> None:
    done = in_lab("sh", "-c", "yes | head -1; echo done")
    assert (done.stdout, done.stderr) == ("y\ndone\n", "")


def test_a_command_may_have_two_dashes_of_its_own(namespaces: None) -> None:
    assert in_lab("echo", "--", "a").stdout == "-- a\n"


def test_the_machine_keeps_its_own_network(lab: RunningLab) -> None:
    assert "lab0" not in Path("/proc/net/dev").read_text()
    routes = lab.run(["cat", "/proc/net/route"]).stdout
    assert all(line.split()[0] == "lab0" for line in routes.splitlines()[1:])


def test_hosts_are_apart_from_each_other(lab: RunningLab) -> None:
    own = {network_of(pid) for pid in (lab.pid, *lab.hosts.values())}
    assert len(own) == 1 + len(lab.hosts)
    assert network_of("self") not in own


def test_a_lab_in_a_lab(namespaces: None) -> None:
    done = in_lab(*launch("--", "cat", "/proc/net/dev"))
    assert done.returncode == 0, done.stderr
    assert "lab0" in done.stdout


def test_a_process_with_threads_cannot_become_a_lab(namespaces: None) -> None:
    program = """
import threading
from tui_scan.cli.lab import main
end = threading.Event()
threading.Thread(target=end.wait, daemon=True).start()
raise SystemExit(main(["--", "true"]))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "before threads start" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_what_the_kernel_refuses_is_told(namespaces: None) -> None:
    program = """
from tui_scan.lab.links import Links
from tui_scan.lab.namespaces import enter_own
enter_own()
Links().bridge("lan")
try:
    Links().bridge("lan")
except OSError as error:
    print(error.strerror)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout == "making a bridge: File exists\n", done.stderr


@pytest.fixture
def waiting(namespaces: None) -> Iterator[tuple[subprocess.Popen[str], set[int]]]:
    """A lab with a command that waits, and the processes of its hosts."""
    process = subprocess.Popen(launch("--", "sh", "-c", "echo ready; exec sleep 60"), stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    children = lab_processes(process.pid)
    assert len(children) == len(load().hosts) + 2
    try:
        yield process, children
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_nothing_is_left_after_a_signal(
    waiting: tuple[subprocess.Popen[str], set[int]], number: signal.Signals
) -> None:
    process, children = waiting
    held = {network_of(pid) for pid in children | {process.pid}}
    process.send_signal(number)
    process.wait(timeout=180)
    assert gone(children)
    assert not held & networks()


def test_nothing_is_left_when_killed_while_it_is_made(namespaces: None) -> None:
    for step in range(12):
        process = subprocess.Popen(launch("--", "sleep", "60"))
        time.sleep(0.02 + step * 0.01)
        children = lab_processes(process.pid)
        process.kill()
        process.wait()
        assert gone(children)


@pytest.fixture(scope="module")
def plain_user() -> Iterator[list[str]]:
    """What to put before a Python program so that it runs as a plain user who can read the package."""
    if os.geteuid() != 0:
        yield [sys.executable]
        return
    drop = ["setpriv", f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups"]
    if shutil.which("setpriv") is None:
        missing("the peer program setpriv is not installed")
    place = Path(tempfile.mkdtemp(prefix="tui-scan-lab-"))
    try:
        place.chmod(0o755)
        shutil.copytree(Path(tui_scan.__file__).parent, place / "tui_scan")
        new_enough = "import sys; sys.exit(sys.version_info < (3, 11))"
        for python in (sys.executable, "/usr/bin/python3"):
            prefix = [*drop, "env", "-C", str(place), f"PYTHONPATH={place}", "PYTHONDONTWRITEBYTECODE=1", python]
            tried = subprocess.run([*prefix, "-c", new_enough], capture_output=True, check=False)
            if tried.returncode == 0:
                yield prefix
                return
        pytest.skip("a plain user can run no Python of 3.11 or newer here")
    finally:
        shutil.rmtree(place)


def test_a_plain_user_needs_no_root(namespaces: None, plain_user: list[str], peer: Callable[[str], str]) -> None:
    command = [*plain_user, "-m", "tui_scan", "lab", "--"]
    nmap = [peer("nmap"), "-n", "-sSU", "-p", "T:22,80,81,U:53,54", "-oG", "-", "10.77.0.2", "10.77.1.2"]
    done = subprocess.run([*command, *nmap], capture_output=True, text=True, check=False, timeout=180)
    assert done.returncode == 0, done.stderr
    ports = [line.split("Ports: ")[1] for line in done.stdout.splitlines() if "Ports: " in line]
    assert len(ports) == 2
    for told in ports:
        states = {tuple(part.split("/")[:3]) for part in told.split(", ")}
        assert states == {
            ("22", "open", "tcp"),
            ("80", "open", "tcp"),
            ("81", "closed", "tcp"),
            ("53", "open", "udp"),
            ("54", "closed", "udp"),
        }


def test_hosts_end_though_the_command_changed_its_user(namespaces: None, peer: Callable[[str], str]) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can become another user in the lab")
    drop = [peer("setpriv"), f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups"]
    process = subprocess.Popen(
        launch("--", *drop, "sh", "-c", "echo ready; exec sleep 60"), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process.stdout:
        assert process.stdout.readline() == "ready\n"
        children = lab_processes(process.pid)
        process.kill()
        process.wait()
    assert gone(children)
