"""Text that comes from outside (command lines, host names) made harmless for terminals and for XML."""

import re

_HARMFUL = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]"
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
_SPECIAL = '[&<>"\n\r\t]'


def clean(text: str) -> str:
    """One line: control characters and lone surrogates become U+FFFD, white space a blank."""
    return _harmless(re.sub("[\t\n\r]", " ", text))


def attribute(text: str) -> str:
    """The value of an XML attribute, without its quotes; what XML 1.0 forbids (its §2.2) becomes U+FFFD."""
    return re.sub(_SPECIAL, lambda found: _ESCAPES[found[0]], _harmless(text))


def _harmless(text: str) -> str:
    """Nothing that is printable does harm, and most texts are."""
    return text if text.isprintable() else re.sub(_HARMFUL, "�", text)
