"""Text that comes from outside (command lines, host names) made harmless for terminals and for XML."""

import re

_HARMFUL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
_SPECIAL = re.compile('[&<>"\n\r\t]')


def clean(text: str) -> str:
    """One line: control characters and lone surrogates become U+FFFD, white space a blank."""
    return _HARMFUL.sub("�", re.sub("[\t\n\r]", " ", text))


def attribute(text: str) -> str:
    """The value of an XML attribute, without its quotes; what XML 1.0 forbids (its §2.2) becomes U+FFFD."""
    return _SPECIAL.sub(lambda found: _ESCAPES[found[0]], _HARMFUL.sub("�", text))
