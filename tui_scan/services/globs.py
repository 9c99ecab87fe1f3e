"""Service names with the wildcards of a port expression."""

import re
from collections.abc import Callable


def matching(glob: str) -> Callable[[str], bool]:
    """Whether a name fits ``glob``: ``*`` stands for any text, ``?`` for one character; case does not matter."""
    pattern = re.escape(glob).replace(r"\*", ".*").replace(r"\?", ".")
    fits = re.compile(pattern, re.IGNORECASE).fullmatch
    return lambda name: fits(name) is not None
