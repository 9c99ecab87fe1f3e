"""TCP flags and options in short words."""

from collections.abc import Iterable
from typing import Any

_FLAGS = {
    "S": "SYN",
    "F": "FIN",
    "R": "RST",
    "P": "PSH",
    "A": "ACK",
    "U": "URG",
    "E": "ECE",
    "C": "CWR",
    "N": "AE",
}
"""Flags in the order they are named; RFC 9293 §3.1 and, for AE, RFC 9768."""

_OPTIONS = {"MSS": "mss", "WScale": "ws", "SAckOK": "sack", "SAck": "sack", "TFO": "tfo", "UTO": "uto"}
_PADDING = frozenset({"NOP", "EOL"})


def flag_names(letters: str) -> str:
    """``SA`` as ``SYN, ACK``; ``no flags`` where there are none."""
    return ", ".join(name for letter, name in _FLAGS.items() if letter in letters) or "no flags"


def options_text(options: Iterable[tuple[Any, Any]]) -> str:
    """scapy's list of options as ``mss=1460 sack ts=1/0 ws=7``; padding is left out."""
    words = []
    for name, value in options:
        if name in _PADDING:
            continue
        if name == "Timestamp" and isinstance(value, tuple):
            words.append(f"ts={value[0]}/{value[1]}")
        elif name == "SAckOK":
            words.append("sack")
        else:
            words.append(f"{_OPTIONS.get(name, f'option-{name}')}={_value(value)}")
    return " ".join(words)


def _value(value: Any) -> str:
    if isinstance(value, bytes):
        return value.hex() or "-"
    if isinstance(value, tuple):
        return "/".join(_value(part) for part in value)
    return str(value)
