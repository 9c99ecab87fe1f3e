"""Whether namespaces can be made here; if not, why, and what a person can do."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tui_scan.lab.links import Links
from tui_scan.lab.namespaces import enter_own


@dataclass(frozen=True, slots=True)
class _Obstacle:
    holds: Callable[[], bool]
    sentence: str


def _reads(path: str, value: str) -> bool:
    try:
        return Path(path).read_text().strip() == value
    except OSError:
        return False


def _in_container() -> bool:
    return any(Path(path).exists() for path in ("/.dockerenv", "/run/.containerenv"))


def _filtered_calls() -> bool:
    try:
        return "\nSeccomp:\t2\n" in Path("/proc/self/status").read_text()
    except OSError:
        return False


_OBSTACLES = (
    _Obstacle(
        lambda: _reads("/proc/sys/user/max_user_namespaces", "0"),
        "User namespaces are switched off (user.max_user_namespaces is 0). "
        "Switch them on with: sudo sysctl user.max_user_namespaces=15000",
    ),
    _Obstacle(
        lambda: _reads("/proc/sys/user/max_net_namespaces", "0"),
        "Network namespaces are switched off (user.max_net_namespaces is 0). "
        "Switch them on with: sudo sysctl user.max_net_namespaces=15000",
    ),
    _Obstacle(
        lambda: _reads("/proc/sys/kernel/unprivileged_userns_clone", "0"),
        "Only root may make user namespaces here. Allow them with: sudo sysctl kernel.unprivileged_userns_clone=1",
    ),
    _Obstacle(
        lambda: _reads("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1"),
        "AppArmor takes all rights from user namespaces of programs without a profile, as Ubuntu sets it. "
        "Allow them with: sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0 "
        '(or give this program an AppArmor profile with the rule "userns,")',
    ),
    _Obstacle(
        lambda: _in_container() or _filtered_calls(),
        "The container (or service) that this runs in forbids namespaces. Start the container with "
        "--security-opt seccomp=unconfined, or with --cap-add SYS_ADMIN as root",
    ),
)


def explain(error: OSError) -> str:
    """Why the practice network cannot be made, and what to do, as a paragraph."""
    told = [obstacle.sentence for obstacle in _OBSTACLES if obstacle.holds()]
    why = told or ["This kernel or its security policy does not allow them"]
    advice = "." if os.geteuid() == 0 else ", or run the lab as root: sudo tui-scan lab."
    reason = error.strerror or str(error)
    return f"The lab needs own namespaces, and making them failed ({reason}). {'. '.join(why)}{advice}"


def available() -> str | None:
    """None where a lab can be made; else the sentence that says why not and what to do.

    A forked child tries it, since only the kernel knows; the present process does not change.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            enter_own()
            Links().up("lo")
            status = 0
        except OSError as error:
            os.write(writing, explain(error).encode())
        except BaseException as error:
            os.write(writing, str(error).encode())
        finally:
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read().decode()
    _pid, status = os.waitpid(child, 0)
    if status == 0:
        return None
    return told or "The lab needs own namespaces, and the process that tried to make them ended."
