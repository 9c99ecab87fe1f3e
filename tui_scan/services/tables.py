"""Plain text tables: words on lines, ``#`` begins a comment, a word may be a range of numbers."""

from collections.abc import Iterator
from os import PathLike


def rows(path: str | PathLike[str]) -> Iterator[list[str]]:
    """The words of each line that has any; raises OSError as open() does."""
    with open(path, encoding="utf-8", errors="replace") as file:  # noqa: PTH123 - pathlib takes 3 ms
        lines = file.read().splitlines()
    for line in lines:
        if words := line.partition("#")[0].split():
            yield words


def numbers(word: str) -> range:
    """``22`` or ``6000-6063`` as a range; raises ValueError for anything else."""
    low, _, high = word.partition("-")
    return range(int(low), int(high or low) + 1)
