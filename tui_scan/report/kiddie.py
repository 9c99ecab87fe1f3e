"""The normal output in the spelling of script kiddies; numbers and addresses stay what they are."""

import io
import re
from typing import TextIO

from tui_scan.report.normal import write_normal
from tui_scan.report.run import Run

_SPELLING = str.maketrans(
    {"a": "4", "A": "4", "e": "3", "E": "3", "i": "1", "I": "|", "o": "0", "O": "0"}
    | {"s": "z", "S": "Z", "t": "+", "T": "7", "g": "9"}
)


def write_kiddie(run: Run, out: TextIO) -> None:
    """Write the whole report, made for smiling: whoever wants to read ports by program takes another format."""
    plain = io.StringIO()
    write_normal(run, plain)
    out.write(spelt(plain.getvalue()))


def spelt(text: str) -> str:
    """The text so spelt. Words that hold a digit (ports, addresses, times) stay, so that they can still be used."""
    words = re.split(r"(\s+)", text)
    return "".join(word if any(map(str.isdigit, word)) else word.translate(_SPELLING) for word in words)
