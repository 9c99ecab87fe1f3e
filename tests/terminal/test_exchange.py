"""The exchange in a true terminal of 80x24: it fills in while the scan runs, and is whole on the screen at its end."""

import re
import sys
from collections.abc import Callable

from tests.terminal.tmux_terminal import Terminal

Make = Callable[[int, int], Terminal]
RUNG = re.compile(r"^ *([\d.,]+) ms ([→←]) (you|target|kernel) +(SYN|SYN, ACK|RST)  seq=", re.M)
RUNGS = [("→", "you", "SYN"), ("←", "target", "SYN, ACK"), ("→", "kernel", "RST")]
EXPLAINED = ("Answer: SYN-ACK", "It does not prove", "Source: RFC 9293 §3.10.7.2.")
"""The whole explanation is on the screen."""


def test_an_exchange_is_followed_and_then_read_whole_at_80x24(terminal: Make) -> None:
    seen = terminal(80, 24)
    program = f"{sys.executable} -m tui_scan"
    seen.start(f"lab -- {program} -sS -Pn -p 24,30 -T4 --scan-delay 300ms --max-retries 5 --start 10.77.0.3")
    grows = ("(try 2, after ", "24/tcp IN FLIGHT", "RUN")
    text = seen.until(lambda text: all(one in text for one in grows))
    assert "(try 5" not in text, "the exchange grows while the scan runs"
    seen.until(lambda text: "DONE" in text and "30/tcp OPEN" in text and "→ kernel" in text)
    seen.until(lambda text: [rung[1:] for rung in RUNG.findall(text)] == RUNGS)
    seen.until(lambda text: all(one in " ".join(text.split()) for one in EXPLAINED))
    seen.until(lambda text: "LISTEN → SYN-RECEIVED" in text and "SYN-RECEIVED → LISTEN" in text and "inferred" in text)
    seen.keys("x")
    seen.until(lambda text: "shrink" in text)
    seen.keys("j", "Enter")
    seen.until(lambda text: all(one in text for one in ("packet 2 of 3  30/tcp", "sequence number", "0000  45 00")))
    seen.keys("q")
    seen.until(lambda text: "packet 2 of 3  30/tcp" not in text and "shrink" in text)
    seen.keys("4")
    seen.until(lambda text: " packets" in text and "Port is" in text)
    seen.until(lambda text: re.search(r"← target +30/tcp SYN, ACK .*■ open", text) is not None)
    seen.keys("q")
    seen.assert_whole()
