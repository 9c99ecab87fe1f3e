"""The interface explains in French in a true terminal of 80x24, the whole of it beside a ladder of three packets."""

import sys
from collections.abc import Callable

from tests.terminal.tmux_terminal import Terminal

Make = Callable[[int, int], Terminal]


def told(text: str) -> str:
    """The screen as one line with plain spaces."""
    return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())


def test_a_ladder_of_three_and_its_french_explanation_fit_80x24(terminal: Make) -> None:
    seen = terminal(80, 24)
    program = f"{sys.executable} -m tui_scan"
    seen.start(f"lab -- {program} --lang fr -sS -Pn -p 30 -T4 --start 10.77.0.3")
    seen.until(lambda text: "FINI" in text and "30/tcp OPEN" in text and "→ noyau" in text)
    sentences = (
        "Réponse : SYN-ACK ; le scan SYN la lit comme open (ouvert).",
        "Cela ne prouve ni quel programme répond, ni sur quelle machine il tourne.",
        "une erreur ICMP ou le silence comme filtered (filtré).",
        "Source : RFC 9293 §3.10.7.2.",
    )
    text = seen.until(lambda text: all(one in told(text) for one in sentences))
    assert "\N{REPLACEMENT CHARACTER}" not in text
    seen.keys("q")
    seen.assert_whole()
