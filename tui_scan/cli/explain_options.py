"""What is said of an option of a scan: the line of its help."""

import re
from collections.abc import Iterator

from tui_scan.exchange.explain_entries import Entry, Text
from tui_scan.language import translate
from tui_scan.options.groups import GROUPS
from tui_scan.options.option import Option
from tui_scan.options.output import OUTPUT

KIND = "option"
SOURCE = "tui-scan scan -h"

HELP = "The help of “tui-scan scan” says of it: {says}."

_TEMPLATE = re.compile(r"T[0-5]")
_GLUED = re.compile(r"(-T)[0-5]|(-P[SAUYO]|-[pgMDe])\S+|(-[vd])\d|(-)([vd])\5+")
"""Options with a value behind them, or given more than once in one word."""


def option_entries(word: str) -> list[Entry]:
    """The entries of ``-Pn``, ``Pn``, ``--badsum``, ``badsum``, ``-T4`` or ``T4``; none where it is no option."""
    dashed = word.startswith("-")
    tried: tuple[str, ...] = (word,) if dashed else (f"-{word}", f"--{word}")
    if not dashed and not _TEMPLATE.fullmatch(word):
        tried = tuple(text for text in tried if text in _flags())
    return list(dict.fromkeys(entry for text in tried for entry in _entries(text.partition("=")[0])))


def _flags() -> dict[str, Option]:
    return {flag: option for group in (*GROUPS, OUTPUT) for option in group.options for flag in option.flags}


def _entries(text: str) -> Iterator[Entry]:
    flags = _flags()
    found = _GLUED.fullmatch(text)
    bare = next(filter(None, found.groups()), "") if found else ""
    option = flags.get(text) or flags.get(f"-{found[5]}" if found and found[5] else bare)
    if option is not None:
        name = f"{', '.join(option.flags)} {option.metavar}".strip()
        yield Entry(name, KIND, Text(translate(HELP, says=translate(option.says)), "", SOURCE))
