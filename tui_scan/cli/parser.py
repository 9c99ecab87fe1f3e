"""An argument parser that speaks in sentences, takes nmap's spelling, and makes its help only when asked."""

import argparse
import re
from typing import NoReturn

from tui_scan.model.errors import UsageError

_MISSING = re.compile(r"argument (?P<option>[^:]*): expected one argument")
_NOTHING = re.compile(r"argument (?P<option>[^:]*): ignored explicit argument (?P<value>.*)")


class Parser(argparse.ArgumentParser):
    """Raises UsageError with a sentence for whatever cannot be understood."""

    def error(self, message: str) -> NoReturn:
        """Say argparse's complaint in a sentence of ours."""
        if found := _MISSING.fullmatch(message):
            raise UsageError(f"{_last(found['option'])} needs a value. See “{self.prog} -h”.")
        if found := _NOTHING.fullmatch(message):
            raise UsageError(
                f"{_last(found['option'])} takes no value, and {found['value']} follows it. See “{self.prog} -h”."
            )
        raise UsageError(f"{message[:1].upper()}{message[1:]}. See “{self.prog} -h”.")

    def format_help(self) -> str:
        """The help, in colours where the output is a terminal."""
        from rich_argparse import RawDescriptionRichHelpFormatter

        self.formatter_class = RawDescriptionRichHelpFormatter
        return super().format_help()

    def read(self, argv: list[str]) -> argparse.Namespace | None:
        """Parse; targets, wherever they stand, are gathered in ``targets``. None after the help was shown."""
        options, _, literal = _split(argv)
        try:
            found, rest = self.parse_known_args(_joined(options))
        except SystemExit:
            return None
        unknown = next((word for word in rest if word.startswith("-") and word != "-"), None)
        if unknown is not None:
            raise UsageError(self._unknown(unknown))
        found.targets = (*rest, *literal)
        return found

    def _unknown(self, word: str) -> str:
        from difflib import get_close_matches

        name = word.partition("=")[0]
        near = get_close_matches(name, self._option_string_actions, 1, 0.7)
        hint = f" Did you mean {near[0]}?" if near else ""
        return f"The option {name} is not known here.{hint} See “{self.prog} -h”."


def _split(argv: list[str]) -> tuple[list[str], list[str], list[str]]:
    """The words before ``--``, that word, and those after it, which are targets."""
    at = argv.index("--") if "--" in argv else len(argv)
    return argv[:at], argv[at : at + 1], argv[at + 1 :]


def _joined(argv: list[str]) -> list[str]:
    """``-p -100`` as ``-p-100``: a port range may begin with a hyphen, which argparse takes for an option."""
    words: list[str] = []
    for word in argv:
        if words and words[-1] == "-p" and re.fullmatch(r"-\d+", word):
            words[-1] += word
        else:
            words.append(word)
    return words


def _last(option: str) -> str:
    return option.rpartition("/")[2]
