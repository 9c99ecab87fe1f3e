"""Which ports an expression means, beside nmap with the same names: without a target it tells them and sends none."""

import os
import random
import re
import shutil
import subprocess
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tui_scan.model.errors import UsageError
from tui_scan.model.request import ScanRequest
from tui_scan.model.techniques import Protocol
from tui_scan.scope.port_choice import choose_ports
from tui_scan.services.chosen import services_of

TCP, UDP, SCTP, IP = Protocol.TCP, Protocol.UDP, Protocol.SCTP, Protocol.IP
SCANINFO = re.compile(r'<scaninfo type="\w+" protocol="(\w+)" numservices="\d+" services="([^"]*)"')
SCANS = (
    (("-sT",), (TCP,)),
    (("-sS", "-sU"), (TCP, UDP)),
    (("-sU",), (UDP,)),
    (("-sS", "-sU", "-sY"), (TCP, UDP, SCTP)),
    (("-sO",), (IP,)),
)
FLAGS = {"ports": "-p", "exclude_ports": "--exclude-ports", "top_ports": "--top-ports", "port_ratio": "--port-ratio"}
EXPRESSIONS = 100
Asked = tuple[ScanRequest, tuple[Protocol, ...]]


@pytest.fixture(scope="module")
def datadir() -> str:
    """Where the installed nmap keeps its files."""
    nmap = shutil.which("nmap")
    found = [
        place for place in ("/usr/share/nmap", "/usr/local/share/nmap") if (Path(place) / "nmap-services").exists()
    ]
    if nmap is None or not found or os.geteuid():
        why = "nmap and its nmap-services, and root for its raw scan types, are needed to compare with them"
        if os.environ.get("CI"):
            pytest.fail(why)
        pytest.skip(why)
    return found[0]


def told_by_nmap(options: Iterable[str], datadir: str) -> dict[str, str] | None:
    """The ports by protocol; empty where nmap refuses the expression.

    None where nmap 7.93 means something that it does not document: it warns of a port that was given twice, and of two
    protocols takes only that of the first time; and it leaves no port at all where those to leave out are none.
    """
    words = list(options)
    if FLAGS["exclude_ports"] in words:
        at = words.index(FLAGS["exclude_ports"])
        left_out = told_by_nmap([*SCANS[3][0], "-p", words[at + 1]], datadir)
        if left_out is not None and not any(left_out.values()):
            return None
    command = ["nmap", "-n", "-oX", "-", "-iL", os.devnull, "--datadir", datadir, *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    if "Duplicate port number" in done.stdout + done.stderr:
        return None
    return dict(SCANINFO.findall(done.stdout))


def chosen_here(request: ScanRequest, used: tuple[Protocol, ...]) -> dict[str, str]:
    try:
        selection, _ = choose_ports(request, used, services_of(request.datadir))
    except UsageError:
        return {}
    return {protocol.value: selection.text(protocol) for protocol in used}


def glob(dice: random.Random, names: list[str]) -> str:
    """A name, perhaps with a part of it wild; nmap takes names that begin with a small letter."""
    name = dice.choice(names)
    cut = dice.randrange(1, len(name) + 1)
    return dice.choice([name, name[:cut] + "*", f"*{name[cut:]}", name.replace(name[-1], "?"), "http*", "ssh"])


def number_range(dice: random.Random, most: int) -> str:
    low = dice.randrange(most)
    high = min(most, low + dice.randrange(1, 500))
    return dice.choice([str(low), f"{low}-{high}", f"-{dice.randrange(1, 200)}", f"{most - dice.randrange(40)}-", "-"])


def expression(dice: random.Random, protocols: tuple[Protocol, ...], names: list[str]) -> str:
    """Ranges, brackets and names; no names of IP protocols, of which nmap 7.93 finds but a few."""
    ip = protocols == (IP,)
    most, prefixes = (255, ("", "", "P:")) if ip else (65535, ("", "", "", "T:", "U:", "S:"))
    pieces = []
    for _ in range(dice.randrange(1, 6)):
        words = [number_range(dice, most), number_range(dice, most), *([] if ip else [glob(dice, names)])]
        inside = ",".join(dice.choice(prefixes) + number_range(dice, most) for _ in range(dice.randrange(1, 3)))
        pieces.append(dice.choice(prefixes) + dice.choice([*words, f"[{inside}]"]))
    return dice.choice(["", "", " "]).join(pieces[:1]) + "".join(f",{piece}" for piece in pieces[1:])


def drawn(dice: random.Random, datadir: str, names: list[str]) -> tuple[list[str], Asked]:
    """The options for nmap, and the same for this program."""
    options, used = dice.choice(SCANS)
    given: dict[str, Any] = {}
    if dice.random() < 0.9:
        given["ports"] = expression(dice, used, names)
    if dice.random() < 0.3:
        given["exclude_ports"] = expression(dice, used, names)
        while ":[" in given["exclude_ports"]:  # of these with a protocol inside, nmap 7.93 leaves no port at all
            given["exclude_ports"] = expression(dice, used, names)
    if used != (IP,) and dice.random() < 0.5:
        given |= dice.choice([{"top_ports": 10}, {"top_ports": 900}, {"port_ratio": 0.001}])
    words = [word for field, value in given.items() for word in (FLAGS[field], str(value))]
    return [*options, *words], (ScanRequest(datadir=datadir, **given), used)


def test_a_hundred_random_expressions_mean_what_they_mean_to_nmap(datadir: str) -> None:
    seed = random.randrange(1 << 32)
    dice = random.Random(seed)
    names = sorted(name for name in names_of(datadir, TCP) if name[0].islower() and len(name) > 2)
    compared = refused = 0
    while compared < EXPRESSIONS:
        asked = [drawn(dice, datadir, names) for _ in range(20)]
        with ThreadPoolExecutor(2) as threads:
            theirs = list(threads.map(lambda one: told_by_nmap(one[0], datadir), asked))
        for (words, (request, used)), told in zip(asked, theirs, strict=True):
            if told is None:
                continue
            compared += 1
            refused += not any(told.values())
            assert chosen_here(request, used) == (told if any(told.values()) else {}), f"seed {seed}: nmap {words}"
    assert refused < compared // 2, "most expressions should mean something"


def names_of(datadir: str, protocol: Protocol) -> set[str]:
    from tui_scan.services.names import service_name

    found = {service_name(protocol, port, datadir) for port in services_of(datadir).ports_of("*", protocol)}
    return {name for name in found if name}


@pytest.mark.parametrize(("options", "used"), SCANS[:4])
@pytest.mark.parametrize("few", [["-F"], ["--top-ports", "10"], ["--port-ratio", "0.05"], []])
def test_the_most_frequent_by_nmaps_file_are_nmaps(
    datadir: str, options: tuple[str, ...], used: tuple[Protocol, ...], few: list[str]
) -> None:
    limits = {"-F": {"top_ports": 100}, "--top-ports": {"top_ports": 10}, "--port-ratio": {"port_ratio": 0.05}}
    request = ScanRequest(datadir=datadir, **limits.get(few[0], {}) if few else {})  # type: ignore[arg-type]
    assert chosen_here(request, used) == told_by_nmap((*options, *few), datadir)


@pytest.mark.parametrize("text", ["[", "[]", "22,1]", "1,,2", "T:,5", "5-[7]", "70000", "9-5", "no-such-name", "[1-5"])
def test_what_nmap_cannot_read_is_refused(datadir: str, text: str) -> None:
    told = told_by_nmap(("-sT", "-p", text), datadir)
    assert not any((told or {}).values()) or text == "[1-5", "nmap lets a bracket stay open"
    assert not chosen_here(ScanRequest(ports=text, datadir=datadir), (TCP,))
