"""No-break spaces on the screen: rich takes them for a place to break a line, and French has them before its marks."""

import re

import rich._wrap


def keep_no_breaks() -> None:
    """Have rich, and with it Textual, break lines at plain blanks alone (Unicode Standard Annex 14, class GL)."""
    rich._wrap.re_word = re.compile(r"[ \t\n]*[^ \t\n]+[ \t\n]*")
