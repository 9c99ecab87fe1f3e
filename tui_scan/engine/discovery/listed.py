"""The names that this machine's own list gives to addresses (hosts(5))."""

from os import PathLike


def lines_of(path: str | PathLike[str]) -> list[str]:
    """The lines of a file of the system; none where it cannot be read."""
    try:
        with open(path, errors="replace") as file:  # noqa: PTH123 - pathlib takes 3 ms
            return file.read().splitlines()
    except OSError:
        return []


def listed_names(path: str | PathLike[str] = "/etc/hosts") -> dict[str, str]:
    """The first name of each address."""
    found: dict[str, str] = {}
    for words in (line.partition("#")[0].split() for line in lines_of(path)):
        if len(words) > 1:
            found.setdefault(words[0], words[1])
    return found
