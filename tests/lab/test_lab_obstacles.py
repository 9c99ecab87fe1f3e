"""Where namespaces are forbidden, the lab says why and what to do."""

import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from tui_scan.lab import obstacles

_FORBID_UNSHARE = """
import ctypes, platform, struct, sys
from tui_scan.cli.lab import main
number = {"x86_64": 272, "aarch64": 97}.get(platform.machine())
if number is None:
    sys.exit(99)
# Classic BPF (seccomp(2)): load the call's number; if it is unshare, fail with EPERM; else allow.
program = b"".join(
    struct.pack("=HBBI", *step)
    for step in ((0x20, 0, 0, 0), (0x15, 0, 1, number), (0x06, 0, 0, 0x00050001), (0x06, 0, 0, 0x7FFF0000))
)
steps = ctypes.create_string_buffer(program)
filter = ctypes.create_string_buffer(struct.pack("@HP", 4, ctypes.addressof(steps)))
libc = ctypes.CDLL(None)
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, filter, 0, 0) == 0
sys.exit(main(["--", "true"]))
"""


def test_a_container_that_filters_calls_is_told() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _FORBID_UNSHARE], capture_output=True, text=True, check=False, timeout=30
    )
    if done.returncode == 99:
        pytest.skip("the number of unshare() is not known for this machine")
    assert done.returncode == 1
    [sentence] = done.stderr.splitlines()
    assert "Operation not permitted" in sentence
    assert "--security-opt seccomp=unconfined" in sentence


def test_a_limit_of_zero_is_told(namespaces: None, peer: Callable[[str], str]) -> None:
    inside = textwrap.dedent(
        """
        from pathlib import Path
        Path("/proc/sys/user/max_net_namespaces").write_text("0")
        from tui_scan.lab.obstacles import available
        print(available())
        """
    )
    # The limits of a user namespace of one's own are one's own to set.
    command = [peer("unshare"), "--user", "--map-root-user", sys.executable, "-c", inside]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=180)
    assert "user.max_net_namespaces is 0" in done.stdout, done.stderr
    assert "sudo sysctl user.max_net_namespaces=" in done.stdout


@pytest.mark.parametrize(
    ("setting", "value", "advice"),
    [
        ("/proc/sys/user/max_user_namespaces", "0", "user.max_user_namespaces=15000"),
        ("/proc/sys/kernel/unprivileged_userns_clone", "0", "kernel.unprivileged_userns_clone=1"),
        (
            "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
            "1",
            "kernel.apparmor_restrict_unprivileged_userns=0",
        ),
    ],
)
def test_each_setting_has_its_advice(monkeypatch: pytest.MonkeyPatch, setting: str, value: str, advice: str) -> None:
    monkeypatch.setattr(obstacles, "_reads", lambda path, wanted: (path, wanted) == (setting, value))
    sentence = obstacles.explain(PermissionError(1, "Operation not permitted"))
    assert advice in sentence
    assert sentence.endswith(".")


def test_the_trial_changes_nothing_here(namespaces: None) -> None:
    own = [Path(f"/proc/self/ns/{kind}") for kind in ("user", "net", "mnt")]
    before = [namespace.readlink() for namespace in own]
    assert obstacles.available() is None
    assert [namespace.readlink() for namespace in own] == before
