"""Target lists in files, as ``-iL`` and ``--excludefile`` take them."""

import sys
from typing import TextIO

from tui_scan.model.errors import UsageError


def read_list(path: str, stdin: TextIO | None = None) -> tuple[str, ...]:
    """The expressions in a file: separated by white space, ``#`` begins a comment to the end of the line.

    The path ``-`` reads ``stdin`` (``sys.stdin`` where None is given). UsageError where the file cannot
    be read or is not text.
    """
    from pathlib import Path

    try:
        content = (stdin or sys.stdin).read() if path == "-" else Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError("{path} is not a text file. A list holds one target a line.", path=path) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(
            "Cannot read the list {path}: {reason}. Check the path and its permissions.", path=path, reason=reason
        ) from error
    return parse_list(content)


def parse_list(content: str) -> tuple[str, ...]:
    """The expressions in the text of such a file."""
    return tuple(word for line in content.splitlines() for word in line.split("#", 1)[0].split())
