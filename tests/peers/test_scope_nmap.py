"""Target and port expressions beside nmap's own reading of them; nmap's list scan sends no packet."""

import os
import random
import re
import shutil
import subprocess
from collections.abc import Iterable

import pytest

from tui_scan.model.errors import UsageError
from tui_scan.model.request import ScanRequest
from tui_scan.model.techniques import Protocol
from tui_scan.scope.plan import plan
from tui_scan.scope.ports import parse_ports
from tui_scan.scope.targets import parse_target
from tui_scan.services import names

REPORT = re.compile(r"^Nmap scan report for (?:\S+ \()?([0-9a-f.:]+)\)?$", re.MULTILINE)
SERVICES = re.compile(r'<scaninfo type="connect" protocol="tcp" numservices="\d+" services="([^"]*)"')


@pytest.fixture(scope="module", autouse=True)
def _nmap_is_here() -> None:
    if shutil.which("nmap") is None:
        if os.environ.get("CI"):
            pytest.fail("nmap is missing, and CI must compare with it")
        pytest.skip("nmap is missing: its reading cannot be compared")


def nmap(*arguments: str, stdin: str = "") -> str:
    command = ["nmap", "-n", *arguments]
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=180, check=False)
    return done.stdout


def listed(targets: Iterable[str], *options: str) -> set[str]:
    """What nmap's list scan names for targets on its standard input, where none can look like an option."""
    return set(REPORT.findall(nmap("-sL", "-iL", "-", *options, stdin="\n".join(targets))))


def planned(targets: tuple[str, ...], excludes: tuple[str, ...] = (), family: int = 4) -> list[str]:
    return list(plan(ScanRequest(targets, excludes, family=family), names=names, broadcasts=()).addresses())


def octet(dice: random.Random, wide: bool) -> str:
    low = dice.randrange(256)
    if not wide:
        return str(low)
    high = dice.randrange(low, min(256, low + 4))
    forms = [f"{low}-{high}", f"{low},{dice.randrange(256)}", f"{low:03}", f"-{dice.randrange(5)}", "251-"]
    forms += [f"{low}-{high},{dice.randrange(250)}-", f"{low},{low},{low}-{high}"] if dice.random() < 0.2 else []
    return dice.choice(forms)


def target4(dice: random.Random) -> str:
    wide = set(dice.sample(range(4), dice.randrange(3)))
    parts = [octet(dice, place in wide) for place in range(4)]
    if not wide:
        parts[dice.randrange(4)] = dice.choice(["*", "-", "7"])
    return ".".join(parts) + (f"/{dice.randrange(27, 33)}" if dice.random() < 0.4 else "")


def target6(dice: random.Random) -> str:
    groups = [f"{dice.randrange(1 << 16):x}" for _ in range(dice.randrange(1, 7))]
    text = f"2001:{':'.join(groups[:-1])}::{groups[-1]}" if len(groups) > 1 else f"::{groups[0]}"
    return text + (f"/{dice.randrange(121, 129)}" if dice.random() < 0.6 else "")


@pytest.mark.parametrize("family", [4, 6])
def test_nmap_lists_the_same_addresses(family: int) -> None:
    seed = random.randrange(1 << 32)
    dice = random.Random(seed)
    make, option = (target4, ()) if family == 4 else (target6, ("-6",))
    for _ in range(150 if family == 4 else 50):
        target = make(dice)
        mine = planned((target,), family=family)
        assert len(mine) == len(set(mine))
        assert set(mine) == listed([target], *option), f"seed {seed}, target {target}"


def test_nmap_leaves_out_the_same_addresses() -> None:
    seed = random.randrange(1 << 32)
    dice = random.Random(seed)
    for _ in range(15):
        targets = tuple(f"10.0.{dice.randrange(2)}.{octet(dice, True)}" for _ in range(2))
        excludes = tuple(f"10.0.0-1.{dice.randrange(256)}/{dice.randrange(25, 33)}" for _ in range(2))
        theirs = listed(targets, "--exclude", ",".join(excludes))
        try:
            mine = planned(targets, (",".join(excludes),))
        except UsageError:
            mine = []
        assert set(mine) == theirs, f"seed {seed}, {targets} without {excludes}"


def test_a_name_with_a_prefix_is_the_network_around_it() -> None:
    assert set(planned(("localhost/28",))) == listed(["localhost/28"])


@pytest.mark.parametrize("target", ["10.0.0.1,,3", "10.0.0.300", "10.0.0.5-3", "10.0.0.1-2-3", "10.", "10.0.0.1/", "*"])
def test_what_nmap_does_not_understand_is_an_error(target: str) -> None:
    assert listed([target]) == set()
    with pytest.raises(UsageError):
        parse_target(target)


def piece(dice: random.Random) -> str:
    low = dice.randrange(65500)
    return dice.choice([str(low), f"{low:05}", f"{low}-{low + dice.randrange(9)}", "-3", "65530-", "0", " 7"])


def test_nmap_reads_the_same_ports() -> None:
    seed = random.randrange(1 << 32)
    dice = random.Random(seed)
    scan = ("-Pn", "-sT", "--max-retries", "0", "-oX", "-")
    for _ in range(25):
        pieces = [dice.choice(["", "", "", "T:", "U:"]) + piece(dice) for _ in range(dice.randrange(1, 6))]
        text = ",".join(pieces) + dice.choice(["", ","])
        said = SERVICES.search(nmap(*scan, "-p", text, "127.0.0.1"))
        assert said is not None, f"seed {seed}, ports {text}"
        assert parse_ports(text).text(Protocol.TCP) == said[1], f"seed {seed}, ports {text}"


@pytest.mark.parametrize(
    "text", ["", "70000", "9-5", "1,,2", "abc", "22-ssh", "T:80 U:53", "t:22", "-0", "T:", "1-2-3"]
)
def test_ports_nmap_refuses_are_refused(text: str) -> None:
    assert "scaninfo" not in nmap("-Pn", "-sT", "-oX", "-", "-p", text, "127.0.0.1")
    with pytest.raises(UsageError):
        parse_ports(text, names.ports_of)
