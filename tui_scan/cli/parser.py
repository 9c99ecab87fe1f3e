"""An argument parser that speaks in sentences, takes nmap's spelling, and makes its help only when asked."""

import argparse
import re
from collections.abc import Iterator
from functools import partial
from typing import Any, NoReturn

from tui_scan.language import LANGUAGES, Sentence, use
from tui_scan.model.errors import UsageError

_MISSING = r"argument (?P<option>[^:]*): expected one argument"
_NOTHING = r"argument (?P<option>[^:]*): ignored explicit argument (?P<value>.*)"

_WIDTH = 80

_SHORT = 5
"""Characters of an option without a long name, at most: ``-PS22`` has as many."""
_TWO_LETTERS = 3

_PORTS = frozenset({"-p", "--exclude-ports"})
"""The options whose value may begin with a hyphen, as argparse thinks only options do."""
_RANGE = re.compile(r"-\d+(?:,.*)?", re.DOTALL)
_COUNTED = re.compile(r"-([vd])(\d)", re.ASCII)


UNKNOWN = "The option {option} is not known here. See “{program} -h”."
OF_SCANS = "The option {option} is not known here; it is one of “tui-scan scan”. See “{program} -h”."
UNKNOWN_BUT = "The option {option} is not known here. Did you mean {near}? See “{program} -h”."


class Parser(argparse.ArgumentParser):
    """Raises UsageError with a sentence for whatever cannot be understood. Takes ``--lang``, and obeys it."""

    def __init__(self, **more: Any) -> None:
        # Without a width, argparse would load shutil and what that needs, only to check the options' metavars.
        super().__init__(formatter_class=partial(argparse.HelpFormatter, width=_WIDTH), **more)
        add_language(self)

    def error(self, message: str) -> NoReturn:
        """Say argparse's complaint in a sentence of ours."""
        if found := re.fullmatch(_MISSING, message):
            raise UsageError(
                "{option} needs a value. See “{program} -h”.", option=_last(found["option"]), program=self.prog
            )
        if found := re.fullmatch(_NOTHING, message):
            if (letter := found["value"].strip("'")[:1]).isalpha() and "/" in found["option"]:
                raise UsageError(UNKNOWN, option=f"-{letter}", program=self.prog)
            raise UsageError(
                "{option} takes no value, and {value} follows it. See “{program} -h”.",
                option=_last(found["option"]),
                value=found["value"],
                program=self.prog,
            )
        sentence = message[:1].upper() + message[1:]
        raise UsageError("{sentence}. See “{program} -h”.", sentence=sentence, program=self.prog)

    def format_help(self) -> str:
        """The help, in colours where the output is a terminal."""
        from rich_argparse import RawDescriptionRichHelpFormatter

        self.formatter_class = RawDescriptionRichHelpFormatter
        return super().format_help()

    def read(self, argv: list[str]) -> argparse.Namespace | None:
        """Parse; targets, wherever they stand, are gathered in ``targets``. None after the help was shown."""
        options, _, literal = _split(argv)
        try:
            found, rest = self.parse_known_args(list(self._spelled(options)))
        except SystemExit:
            return None
        unknown = next((word for word in rest if word.startswith("-") and word != "-"), None)
        if unknown is not None:
            raise UsageError(self._unknown(unknown))
        found.targets = (*rest, *literal)
        use(found.lang)
        return found

    def _spelled(self, argv: list[str]) -> Iterator[str]:
        """nmap's spellings as argparse takes them.

        ``-p -100`` becomes ``-p=-100``: a port range may begin with a hyphen. ``-PS22`` becomes ``-PS=22`` and ``-PS``
        becomes ``-PS=``, so that it takes no target for its value. ``-v3`` becomes ``-vvv``.
        """
        before: str | None = None
        for word in argv:
            if before in _PORTS and self._has_value(before) and _RANGE.fullmatch(word):
                yield f"{before}={word}"
                before = None
                continue
            if before is not None:
                yield before
            before = word
            if (found := _COUNTED.fullmatch(word)) and not self._known(word):
                before = f"-{found[1] * int(found[2])}" if int(found[2]) else None
            elif self._glued(word[:3]) and not self._known(word):
                before = f"{word[:3]}={word[3:]}"
        if before is not None:
            yield before

    def _glued(self, flag: str) -> bool:
        action = self._option_string_actions.get(flag)
        return action is not None and action.nargs == "?"

    def _known(self, word: str) -> bool:
        return word in self._option_string_actions and not self._glued(word)

    def _unknown(self, word: str) -> Sentence:
        from tui_scan.cli.elsewhere import instead_of
        from tui_scan.options.values import GLUED

        name = word.partition("=")[0]
        if sentence := instead_of(name):
            return sentence
        two, value = word[:_TWO_LETTERS], word[_TWO_LETTERS:]
        if self._has_value(two):
            return Sentence(GLUED, option=two, value=value)
        if _of_scans(name):
            return Sentence(OF_SCANS, option=name, program=self.prog)
        if near := self._near(name):
            return Sentence(UNKNOWN_BUT, option=name, near=near, program=self.prog)
        return Sentence(UNKNOWN, option=name, program=self.prog)

    def _near(self, name: str) -> str:
        """The option that was most likely meant; empty where none is like it.

        One of a few letters is like another only by its case: of so few, one more makes quite another option.
        """
        from difflib import get_close_matches

        if len(name) <= _SHORT:
            return next((one for one in self._option_string_actions if one.lower() == name.lower()), "")
        long = [one for one in self._option_string_actions if one.startswith("--")]
        return next(iter(get_close_matches(name, long, 1, 0.7)), "")

    def _has_value(self, flag: str) -> bool:
        """Whether an option takes a value that is written behind a space."""
        action = self._option_string_actions.get(flag)
        return action is not None and action.nargs is None


def _of_scans(name: str) -> bool:
    """Whether ``tui-scan scan`` has the option; with its scan types, which are values of ``-s``."""
    from tui_scan.model.techniques import TECHNIQUES
    from tui_scan.options.groups import GROUPS
    from tui_scan.options.output import OUTPUT

    flags = {flag for group in (*GROUPS, OUTPUT) for option in group.options for flag in option.flags}
    return name in flags | {info.option for info in TECHNIQUES.values()}


def add_language(parser: argparse.ArgumentParser) -> None:
    """Add the option that chooses the language; ``use`` takes its value."""
    parser.add_argument(
        "--lang", type=_language, metavar="LANG", help="explain in this language: en or fr (else that of the locale)"
    )


def _language(word: str) -> str:
    if word not in LANGUAGES:
        raise UsageError(
            "--lang takes {languages}, and “{word}” is neither.", languages=" or ".join(LANGUAGES), word=word
        )
    use(word)  # what is wrong with the other options is said in it too
    return word


def _split(argv: list[str]) -> tuple[list[str], list[str], list[str]]:
    """The words before ``--``, that word, and those after it, which are targets."""
    at = argv.index("--") if "--" in argv else len(argv)
    return argv[:at], argv[at : at + 1], argv[at + 1 :]


def _last(option: str) -> str:
    return option.rpartition("/")[2]
