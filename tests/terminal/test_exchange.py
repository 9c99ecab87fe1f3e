"""The exchange in a true terminal of 80x24: it fills in while the scan runs, and is whole on the screen at its end."""

import re
import sys
from collections.abc import Callable

from tests.terminal.tmux_terminal import Terminal

Make = Callable[[int, int], Terminal]
RUNG = re.compile(r"^ *([\d.,]+) ms ([→←]) (you|target|kernel) +(SYN|SYN, ACK|RST)  seq=", re.M)


def test_an_exchange_is_followed_and_then_read_whole_at_80x24(terminal: Make) -> None:
    seen = terminal(80, 24)
    program = f"{sys.executable} -m tui_scan"
    seen.start(f"lab -- {program} -sS -Pn -p 24,30 -T4 --scan-delay 300ms --max-retries 5 --start 10.77.0.3")
    text = seen.until(lambda text: "(try 2, after " in text, 40)
    assert "24/tcp IN FLIGHT" in text and "(try 5" not in text and "RUN" in text, (
        "the exchange grows while the scan runs"
    )
    text = seen.until(lambda text: "DONE" in text and "30/tcp OPEN" in text and "→ kernel" in text)
    assert [rung[1:] for rung in RUNG.findall(text)] == [
        ("→", "you", "SYN"),
        ("←", "target", "SYN, ACK"),
        ("→", "kernel", "RST"),
    ]
    told = " ".join(text.split())
    for sentence in ("Answer: SYN-ACK", "It does not prove", "Source: RFC 9293 §3.10.7.2."):
        assert sentence in told, "the whole explanation is on the screen"
    assert "LISTEN → SYN-RECEIVED" in text and "SYN-RECEIVED → LISTEN" in text and "inferred" in text
    seen.keys("x", "j", "Enter")
    text = seen.until(lambda text: "packet 2 of 3  30/tcp" in text)
    assert "sequence number" in text and "0000  45 00" in text
    seen.keys("q", "4")
    text = seen.until(lambda text: " packets" in text and "Port is" in text)
    assert re.search(r"← target +30/tcp SYN, ACK .*■ open", text)
    seen.keys("q")
    seen.assert_whole()
