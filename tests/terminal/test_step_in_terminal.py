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
    text = seen.until(lambda text: "What will come back?" in text)
    assert "SYN-ACK: open" in text and "> 10.77.0.2:22" in text
    seen.keys("1")
    seen.until(lambda text: "0.000 ms" in text)
    seen.keys("Space")
    seen.until(lambda text: "SYN, ACK" in text)
    seen.keys("Space")
    text = seen.until(lambda text: "Your prediction held" in text)
    assert "22/tcp OPEN" in text and "kernel RST" in text and "RFC 9293" in text, "all of it without scrolling"
    seen.keys("o")
    text = seen.until(lambda text: "linux.lab saw" in text and "No program on linux.lab noticed" in text)
    assert "quieter than connect()" in " ".join(text.split())
    seen.keys("q")
    seen.assert_whole()
