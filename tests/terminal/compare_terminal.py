"""The comparison's view in a true terminal, as a person uses it: fill the form, start, read the table, scroll it."""

import os
import pathlib
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from tests.compare_world import PORTS, Key
from tests.namespaces import Link
from tests.ssh_server import SshServer
from tests.terminal.tmux_terminal import PATIENCE, Terminal

LINES = {"target": 2, "ports": 2, "where": 3, "from": 3}
FIRST_OF = {2: " Ports ", 3: " From "}
"""What divides the two fields of a line of the form."""

ROW = re.compile(r"^\S ([a-z-]+) +(?:(\S+) +)?(\d+)/(tcp|udp) +(\S+) ", re.M)
TOLD = re.compile(r"^(\d+)/(tcp|udp) on (\S+)  \S ([a-z-]+) ", re.M)
CHOSEN = re.compile(r"^ List .*\[(\w+)\]", re.M)
TOTAL = re.compile(r"\S (\d+)(?: [a-z-]+)?(?=  |$)")


class Row(NamedTuple):
    """A line of the table; ``address`` "" where there is no room for it."""

    class_: str
    address: str
    port: int
    protocol: str
    listener: str

    @property
    def key(self) -> Key:
        """Protocol and port."""
        return self.protocol, self.port


Told = tuple[str, Key, str]
"""Address, port and class."""

NOTHING_TOLD: Told = ("", ("", 0), "")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form is filled with; ``source`` is a word of it, "" leaves a field empty."""

    target: str
    source: str = "own"
    where: str = ""
    there: str = ""


def start(seen: Terminal, namespace: str, server: SshServer) -> None:
    """Start the program in a namespace, at the view; ``ssh`` means the server's command."""
    server.stand_in(seen.home)
    root = pathlib.Path(__file__).parents[2]
    program = f"ip netns exec {namespace} {sys.executable} -m tui_scan -Pn -p 1 {Link.address[4]}"
    path = f"{seen.home}:{os.environ['PATH']}"
    seen.line(
        f"clear; stty -a > before; PATH={path} PYTHONPATH={root} {program}; "
        "echo status=$? > status; stty -a > after; echo all-is-over"
    )
    seen.until(lambda text: "READY" in text and "exchange" in text)
    seen.keys("3")
    seen.until(lambda text: "Ports (listening and usual)" in text)


def compare(seen: Terminal, asked: Asked) -> None:
    """Fill the form by keys and start."""
    seen.keys("c")
    _write(seen, "target", asked.target)
    seen.keys("Tab")
    _write(seen, "ports", PORTS)
    seen.keys("Tab")
    _choose(seen, asked.source)
    seen.keys("Tab")
    _write(seen, "where", asked.where)
    seen.keys("Tab")
    _write(seen, "from", asked.there)
    seen.keys("Enter")


def _write(seen: Terminal, field: str, text: str) -> None:
    """Wait until the keys go to a field, and replace what stands in it; once more where that came out wrong.

    Nothing is typed before what was typed is seen: keys that act may be later than letters that came after them.
    """
    _until_focused(seen, field)
    end = time.monotonic() + PATIENCE
    while (found := _content(seen.screen(), field)) != text:
        assert time.monotonic() < end, f"{field} does not become “{text}”:\n{seen.screen()}"
        if found:
            seen.keys("End", "C-u")
            _comes(seen, lambda screen: not _content(screen, field))
        else:
            seen.run("send-keys", "-t", "t", "-l", text)
            _comes(seen, lambda screen: _content(screen, field) == text)


def _comes(seen: Terminal, holds: Callable[[str], bool], seconds: float = 15) -> bool:
    """Whether the screen becomes so within some seconds."""
    end = time.monotonic() + seconds
    while not holds(seen.screen()):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def _until_focused(seen: Terminal, field: str) -> None:
    """The program leaves the terminal's cursor, though it is not shown, where letters would go."""
    end = time.monotonic() + PATIENCE
    line = LINES[field]
    while True:
        screen = seen.screen()
        left, top = int(seen.told("cursor_x")), int(seen.told("cursor_y"))
        middle = screen.splitlines()[line].find(FIRST_OF[line])
        second = left > middle > 0
        if top == line and middle > 0 and second == (field in ("ports", "from")) and "Esc leave" in screen:
            return
        assert time.monotonic() < end, f"the keys do not go to {field}, but to {left},{top}:\n{seen.screen()}"
        time.sleep(0.05)


def _content(screen: str, field: str) -> str:
    """What stands in a field; a hint in brackets is nothing."""
    line = screen.splitlines()[LINES[field]]
    first, _, second = line.partition(FIRST_OF[LINES[field]])
    content = {"target": first[8:], "where": first[25:]}.get(field, second).strip()
    return "" if content.startswith("(") else content


def _choose(seen: Terminal, source: str) -> None:
    """Choose whose list it is, one word after the other."""
    screen = seen.until(lambda screen: "next list" in screen)
    while f"[{source}]" not in screen:
        seen.keys("Right")
        screen = seen.until(partial(_chose_another, CHOSEN.findall(screen)))


def _chose_another(before: list[str], screen: str) -> bool:
    return CHOSEN.findall(screen) not in ([], before)


def rows(screen: str) -> list[Row]:
    """The lines of the table that are seen."""
    return [
        Row(class_, address, int(port), protocol, listener)
        for class_, address, port, protocol, listener in ROW.findall(screen)
    ]


def all_rows(seen: Terminal) -> list[Row]:
    """The lines of the whole table, which are seen at its beginning and at its end."""
    found = dict.fromkeys(rows(seen.screen()))
    count = totals(seen.screen())
    if len(found) < count:
        seen.keys("End")
        seen.until(lambda text: len({**found, **dict.fromkeys(rows(text))}) == count)
        found |= dict.fromkeys(rows(seen.screen()))
        seen.keys("Home")
        seen.until(lambda text: rows(text)[:1] == list(found)[:1])
    return list(found)


def totals(screen: str) -> int:
    """How many ports the line above the table counts."""
    return sum(int(count) for count in TOTAL.findall(screen.splitlines()[4]))


def over(screen: str) -> bool:
    """Whether nothing is under way any more, and something was found."""
    says, last = screen.splitlines()[4], screen.rstrip().splitlines()[-1]
    return "s start" in last and bool(totals(screen)) and not re.search(r" %|asks|Asking|Reading", says)


def told(screen: str) -> Told:
    """What is told of the row under the cursor."""
    found = TOLD.search(f"{screen} ".replace("\n", " \n"))
    return (found[3], (found[2], int(found[1])), found[4]) if found else NOTHING_TOLD


def read_downwards(seen: Terminal, count: int) -> dict[tuple[str, Key], str]:
    """From the first row go down row by row, and read of each what is told of it."""
    seen.keys("Home")
    first = seen.until(lambda text: bool(rows(text)) and told(text)[1] == rows(text)[0].key)
    now = told(first)
    found = {now[:2]: now[2]}
    for _ in range(count - 1):
        seen.keys("Down")
        now = told(seen.until(partial(_told_of_another, now)))
        found[now[:2]] = now[2]
    return found


def _told_of_another(before: Told, screen: str) -> bool:
    return told(screen)[:2] not in (before[:2], NOTHING_TOLD[:2])
