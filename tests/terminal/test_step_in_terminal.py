"""Step mode in a true terminal and a real lab: a SYN is predicted, sent and told, and no program noticed it."""

from collections.abc import Callable

from tests.conftest import missing
from tests.terminal.tmux_terminal import Terminal
from tui_scan.lab.obstacles import available


def test_a_probe_is_predicted_and_seen_from_both_sides_at_80x24(terminal: Callable[[int, int], Terminal]) -> None:
    obstacle = available()
    if obstacle is not None:
        missing(obstacle)
    seen = terminal(80, 24)
    seen.start("lab")
    seen.until(lambda text: "READY" in text)
    seen.keys("6")
    seen.until(lambda text: "Press Enter" in text)
    seen.keys("Enter")
    asked = ("What will come back?", "SYN-ACK: open", "> 10.77.0.2:22")
    seen.until(lambda text: all(one in text for one in asked))
    seen.keys("1")
    seen.until(lambda text: "0.000 ms" in text)
    seen.keys("Space")
    seen.until(lambda text: "SYN, ACK" in text)
    seen.keys("Space")
    without_scrolling = ("Your prediction held", "22/tcp OPEN", "kernel RST", "RFC 9293")
    seen.until(lambda text: all(one in text for one in without_scrolling))
    seen.keys("o")
    seen.until(lambda text: "linux.lab saw" in text and "No program on linux.lab noticed" in text)
    seen.until(lambda text: "quieter than connect()" in " ".join(text.split()))
    seen.keys("q")
    seen.assert_whole()
