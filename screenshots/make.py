"""Makes the pictures of this folder: the true interface, driven by keys, over real scans of the practice network.

Run it as ``python screenshots/make.py [NAME...]``. It needs no root and no network. Each picture is an SVG that loads
nothing from elsewhere; where rsvg-convert is installed there is a PNG beside it.
"""

import asyncio
import html
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import chdir
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.widgets import Input

from tui_scan.engine.progress import Phase
from tui_scan.lab.description import load
from tui_scan.lab.network import enter
from tui_scan.lab.topology import Topology
from tui_scan.local.namespaces import namespaces
from tui_scan.model.request import ScanRequest
from tui_scan.model.techniques import Technique
from tui_scan.model.timing import TEMPLATES
from tui_scan.ui.app import TuiScanApp
from tui_scan.ui.comparing import Source
from tui_scan.ui.picture import self_contained
from tui_scan.ui.session import Session
from tui_scan.ui.step_probe import Stage
from tui_scan.ui.widgets.compare_form import CompareForm
from tui_scan.ui.widgets.form_choice import Choice

HERE = Path(__file__).parent
SMALL, LARGE = (80, 24), (160, 50)
PATIENCE_SECONDS = 60.0
PNG_WIDTHS = {SMALL: 800, LARGE: 1280}
WATCHED_RATE = 1200.0
"""Packets a second of the scan that is photographed while it runs."""

Draw = Pilot[str]


@dataclass(frozen=True)
class Scene:
    """What is scanned, and the keys that lead to the picture.

    ``hosts`` are names of the lab, empty for all; ``before`` and ``after`` are the keys pressed before the scan
    starts and after it ended, or, with ``share``, once that share of it is done. ``start`` False takes the picture
    without a scan, with ``matrix`` at the end of the one that the keys started, with ``predicts`` when the probe is
    told whose answer that key predicts. ``listed`` is the host whose saved list is compared. ``shows`` are words that
    must be on the picture, or it is not taken.
    """

    name: str
    shows: tuple[str, ...]
    hosts: tuple[str, ...] = ()
    ports: str | None = "1-1024"
    technique: Technique = Technique.SYN
    family: int | None = None
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    start: bool = True
    share: float | None = None
    matrix: bool = False
    predicts: str = ""
    listed: str = ""
    sizes: tuple[tuple[int, int], ...] = (SMALL, LARGE)


def right(cells: int) -> tuple[str, ...]:
    """The keys that move the cursor of the map by so many cells."""
    return ("l",) * cells


SCENES = (
    Scene("start", ("READY", "9,000"), ports=None, start=False),
    Scene("form", ("Target", "9,000 probes"), ports=None, before=("c",), start=False, sizes=(SMALL,)),
    Scene("scan", ("RUN", "/tcp OPEN", "SYN, ACK"), share=0.5, after=("n", "n")),
    Scene("exchange", ("22/tcp OPEN", "SYN, ACK", "kernel RST"), ("linux.lab",), after=("n",)),
    Scene(
        "rejected", ("26/tcp FILTERED", "admin-prohibited (3/13)"), ("firewall.lab",), "1-128", after=("g", *right(25))
    ),
    Scene("udp", ("53/udp OPEN", "udp-response"), ("linux.lab",), "1-512", Technique.UDP),
    Scene("ipv6", ("8000/tcp FILTERED", "fd77::fe"), ("inner.lab",), "7937-8064", family=6, after=("g", *right(63))),
    Scene("results", ("State", "21 tcp"), ports="1-200", after=("v",), sizes=(SMALL,)),
    Scene("local", ("LISTEN", "ESTABLISHED"), start=False, before=("2",)),
    Scene(
        "matrix",
        ("stateless", "stateful", "REJECT", "DROP", "31/tcp FILTERED", "SYN"),
        ("firewall.lab",),
        "22,24,26,31-33",
        before=("5", "enter"),
        after=("down", "down", "down", *("left",) * 9),
        start=False,
        matrix=True,
    ),
    Scene(
        "compare",
        ("exposed", "reset-elsewhere", "firewalled", "29/tcp", "nft list ruleset"),
        ("firewall.lab",),
        "20-40",
        before=("3",),
        after=("down", "down", "down"),
        start=False,
        listed="firewall.lab",
    ),
    Scene(
        "step",
        ("Your prediction held", "22/tcp OPEN", "kernel RST"),
        ("linux.lab",),
        "22",
        before=("6", "a", "enter"),
        start=False,
        predicts="1",
        sizes=(SMALL,),
    ),
    Scene(
        "other-side",
        ("linux.lab saw", "22/tcp OPEN", "quieter than connect()"),
        ("linux.lab",),
        "22",
        before=("6", "a", "o", "enter"),
        start=False,
        predicts="1",
        sizes=(LARGE,),
    ),
    Scene("help", ("Everywhere",), ("linux.lab",), after=("question_mark",)),
)


def request(scene: Scene, topology: Topology) -> ScanRequest:
    """The scan of a scene."""
    version = scene.family or 4
    hosts = [topology.host(name) for name in scene.hosts] or topology.hosts
    targets = [str(own.ip) for host in hosts for own in host.addresses if own.version == version]
    timing = TEMPLATES[3] if scene.share is None else replace(TEMPLATES[3], max_rate=WATCHED_RATE)
    return ScanRequest(
        tuple(targets), ports=scene.ports, techniques=(scene.technique,), family=scene.family, timing=timing
    )


async def until(what: Callable[[], bool], told: str) -> None:
    """Let the program run until ``what`` holds."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not what():
        if time.monotonic() > end:
            raise TimeoutError(f"{told}: not within {PATIENCE_SECONDS:g} s")
        await asyncio.sleep(0.01)


async def act(scene: Scene, session: Session, pilot: Draw) -> None:
    """Press the keys of a scene and wait for what they lead to."""
    await until(lambda: session.scan is not None, f"the form of {scene.name}")
    await pilot.press(*scene.before)
    if scene.start:
        await pilot.press("s")
        await until(lambda: far_enough(scene, session), f"the scan of {scene.name}")
        if session.phase is Phase.FAILED:
            raise RuntimeError(session.sentence)
    if scene.matrix:
        await until(lambda: session.matrix is not None and session.matrix.phase.ended, f"the matrix of {scene.name}")
    if scene.listed:
        fill_comparison(scene, pilot)
        press(pilot, "enter")
        await until(
            lambda: session.comparison is not None and session.comparison.phase.ended, f"the comparison of {scene.name}"
        )
    if scene.predicts:
        await until(lambda: session.stepper is not None and bool(session.stepper.probes), f"the probe of {scene.name}")
        assert session.stepper is not None
        probe = session.stepper.probes[0]
        await until(lambda: probe.stage is Stage.ASKING, f"the question of {scene.name}")
        await asyncio.sleep(0.3)
        press(pilot, scene.predicts)
        await until(lambda: probe.all_shown and probe.other_side is not None, f"the answer of {scene.name}")
    await asyncio.sleep(0.3)
    for key in scene.after:
        press(pilot, key)
    await asyncio.sleep(0.5)


def fill_comparison(scene: Scene, pilot: Draw) -> None:
    """Give the form of the comparison the ports and the list that was saved."""
    form = pilot.app.screen.query_one(CompareForm)
    form.query_one(Choice).choose(Source.FILE)
    form.query_one("#compare-where", Input).value = save_list(scene.listed)
    form.query_one("#compare-ports", Input).value = scene.ports or ""


def save_list(host: str) -> str:
    """The name of a file with what listens on a host of this lab, which is the latest of all that run."""
    program = f"lab:{host}"[:15]
    space = max((one for one in namespaces() if one.program == program), key=lambda one: one.pid or 0)
    command = [sys.executable, "-m", "tui_scan", "local", "-al", "--json", "--namespace", str(space.pid)]
    path = Path(f"{host}.jsonl")
    path.write_bytes(subprocess.run(command, capture_output=True, check=True).stdout)
    return path.name


def press(pilot: Draw, key: str) -> None:
    """Press a key as Pilot does, but without its wait for an idle processor: a scan may run beside."""
    character = key if len(key) == 1 else None
    pilot.app.post_message(events.Key(_character_to_key(key) if character else key, character))


def far_enough(scene: Scene, session: Session) -> bool:
    """Whether the scan is where the picture is taken."""
    progress = session.progress()
    if scene.share is None or progress is None:
        return session.phase.ended
    return session.phase.ended or progress.fraction >= scene.share


async def picture(scene: Scene, size: tuple[int, int], topology: Topology) -> str:
    """The SVG of a scene at a size in columns and rows."""
    session = Session(request(scene, topology), lab=topology.title)
    app = TuiScanApp(session)
    async with app.run_test(size=size) as pilot:
        await act(scene, session, pilot)
        svg = app.export_screenshot(title="tui-scan lab")
        session.close()
    seen = " ".join(html.unescape(re.sub("<[^>]*>", " ", svg)).split())
    lacking = [words for words in scene.shows if words not in seen]
    if lacking:
        raise RuntimeError(f"{scene.name} at {size[0]}x{size[1]} does not show “{lacking[0]}”")
    return svg


def main(names: list[str]) -> int:
    """Make the named pictures, or all."""
    unknown = set(names) - {scene.name for scene in SCENES}
    if unknown:
        print(f"No picture is called {min(unknown)}. There are {', '.join(s.name for s in SCENES)}.", file=sys.stderr)
        return 2
    for scene in SCENES:
        for size in scene.sizes if not names or scene.name in names else ():
            # A lab for each picture: a host that has sent many ICMP errors sends no more for a while.
            made = get_context("fork").Process(target=make, args=(scene, size))
            made.start()
            made.join()
            if made.exitcode:
                return 1
    return 0


def make(scene: Scene, size: tuple[int, int]) -> None:
    """Make one picture, in a lab around the present process."""
    topology = load()
    file = HERE / f"{scene.name}-{size[0]}x{size[1]}.svg"
    with TemporaryDirectory() as empty, chdir(empty), enter(topology):
        drawn = self_contained(asyncio.run(picture(scene, size, topology)))
    file.write_text(drawn, encoding="utf-8")
    converter = shutil.which("rsvg-convert")
    if converter:
        command = [converter, "-w", str(PNG_WIDTHS[size]), "-o", str(file.with_suffix(".png")), str(file)]
        subprocess.run(command, check=True)
    print(file.name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
