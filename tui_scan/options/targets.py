"""Options that say which addresses are scanned."""

from collections.abc import Iterable
from typing import NoReturn

from tui_scan.model.errors import RefusedError, UsageError
from tui_scan.options.option import Group, Option
from tui_scan.options.values import part
from tui_scan.scope.lists import read_list


def _lists(_: str, paths: list[str]) -> tuple[str, ...]:
    return tuple(word for path in paths for word in read_list(path))


def typed(words: Iterable[str], what: str = "A target") -> tuple[str, ...]:
    """Targets as they were typed; UsageError where one is empty, for then less would be scanned than was meant."""
    found = tuple(words)
    if not all(word.strip() for word in found):
        raise UsageError(
            "{what} is empty. Is a variable of the shell not set? Write a host, or leave it out.", what=what
        )
    return found


def _words(option: str, texts: list[str]) -> tuple[str, ...]:
    return typed(texts, option)


def _refused(option: str, _: str) -> NoReturn:
    raise RefusedError(
        "{option} is refused: random addresses belong to people who allowed nothing. Name targets that "
        "are yours, or try the practice network: tui-scan lab.",
        option=option,
    )


TARGETS = Group(
    "targets",
    (
        Option(("-iL",), "targets", "targets in a file (- is standard input)", "FILE", _lists, gathers=True),
        Option(("-iR",), "targets", "refused: nobody may scan random addresses", "N", _refused),
        Option(("--exclude",), "excludes", "leave these out", "TARGETS", _words, gathers=True),
        Option(("--excludefile",), "excludes", "leave out what stands in a file", "FILE", _lists, gathers=True),
        Option(("-6",), "family", "scan IPv6", value=6),
        Option(("--shard",), "shard", "scan part K of N, so that machines can share the work", "K/N", part),
        Option(("--authorized",), "authorized", "I may scan these public addresses"),
    ),
)
