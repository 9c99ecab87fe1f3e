"""The comparison in a true terminal: a host's list over its real sshd, its classes on the screen, and a whole end."""

import os
import pathlib
import re
import sys
import time
from collections.abc import Callable

from tests.compare_world import PORTS, CompareWorld
from tests.namespaces import Link
from tests.ssh_server import SshServer
from tests.terminal.tmux_terminal import Terminal
from tui_scan.compare.classes import PortClass

Make = Callable[[int, int], Terminal]
ROW = re.compile(r"^\S ([a-z-]+) +(\S+)? +(\d+)/(tcp|udp) ", re.M)


def start(seen: Terminal, host: CompareWorld, server: SshServer) -> None:
    """Start the program in the scanner's namespace; ``ssh`` means the server's command, as a configuration would."""
    server.stand_in(seen.home)
    root = pathlib.Path(__file__).parents[2]
    program = f"ip netns exec {host.link.scanner} {sys.executable} -m tui_scan -Pn -p 1 {Link.address[4]}"
    path = f"{seen.home}:{os.environ['PATH']}"
    seen.line(
        f"clear; stty -a > before; PATH={path} PYTHONPATH={root} {program}; "
        "echo status=$? > status; stty -a > after; echo all-is-over"
    )


def ask(seen: Terminal, host: CompareWorld, server: SshServer) -> None:
    """Go to the view, fill its form by keys, and start."""
    start(seen, host, server)
    seen.until(lambda text: "READY" in text and "exchange" in text)
    seen.keys("3")
    seen.until(lambda text: "Press Enter" in text)
    for what in ("c", "Tab", PORTS, "Tab", "Right", "Tab", server.host, "Enter"):
        time.sleep(0.3)  # As a person types: keys go to what has the focus when they come, not when they are handled.
        seen.run("send-keys", "-t", "t", *(("-l", what) if what[0].isdigit() else (what,)))


def test_every_class_at_160x50_and_the_same_at_80x24(
    terminal: Make, compared_world: CompareWorld, compared_server: SshServer
) -> None:
    seen = terminal(160, 50)
    ask(seen, compared_world, compared_server)
    text = seen.until(lambda text: "1 alarm" in text and "loopback-only" in text and " %" not in text.splitlines()[4])
    shown = {(proto, int(port)): class_ for class_, _, port, proto in ROW.findall(text)}
    shown.pop(("tcp", 2222), None)
    assert shown == compared_world.truth(4), text
    assert "nft list ruleset" in text and "SYN, ACK" in text
    seen.run("resize-window", "-t", "t", "-x", "80", "-y", "24")
    text = seen.until(lambda text: "8008/tcp on" in text and len(text.splitlines()) == 24)
    assert all(len(line) <= 80 for line in text.splitlines())
    assert ROW.findall(text)[0][0] == PortClass.ALARM
    seen.keys("x")
    seen.until(lambda text: "8008/tcp OPEN" in text)
    seen.run("resize-window", "-t", "t", "-x", "160", "-y", "50")
    seen.keys("q")
    seen.assert_whole()
