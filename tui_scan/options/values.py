"""Values of options: times, rates and counts as nmap writes them, each with its own clear sentence."""

import math
import re
import socket

from tui_scan.language import Sentence
from tui_scan.model.errors import UsageError
from tui_scan.model.tcp_flags import FLAGS
from tui_scan.model.techniques import TECHNIQUES, Protocol, Technique
from tui_scan.model.timing import TEMPLATES, Timing

_TIME = r"(\d+(?:\.\d*)?|\.\d+)(ms|s|m|h)?"
_MILLISECONDS = {"ms": 1, "s": 1000, "": 1000, "m": 60_000, "h": 3_600_000}
LONGEST = 10 * 24 * 3_600_000
"""The longest time that is taken, in milliseconds: ten days."""

SCAN_TYPES = {info.option[2:]: info.technique for info in TECHNIQUES.values() if not info.third_party}
"""The technique by the letter after ``-s``."""
_ALL_FLAGS = {"ALL": sum(FLAGS.values()), "NONE": 0}


def milliseconds(option: str, text: str, least: int = 1, doubtful: int | None = None) -> int:
    """A time such as ``500ms``, ``3s``, ``2m``, ``1h``, of at least ``least`` ms; a bare number is seconds.

    From ``doubtful`` seconds on a bare number is refused, as nmap does: whoever wrote it may have meant milliseconds.
    """
    match = re.fullmatch(_TIME, text.strip(), re.ASCII | re.IGNORECASE)
    unit = (match[2] or "").lower() if match else ""
    value = round(float(match[1]) * _MILLISECONDS[unit]) if match else -1
    if not least <= value <= LONGEST:
        limits = Sentence("at most 240h" if least <= 1 else "{least}ms to 240h", least=least)
        raise UsageError(
            "{option} wants a time such as 500ms, 3s, 2m or 1h ({limits}), not “{given}”.",
            option=option,
            limits=limits,
            given=text,
        )
    if doubtful is not None and not unit and value >= doubtful * 1000:
        raise UsageError(
            "{option} {given} would be {seconds:g} seconds. Write {given}s if that is meant, or {given}ms "
            "for milliseconds.",
            option=option,
            given=text,
            seconds=float(text),
        )
    return value


def rate(option: str, text: str) -> float:
    """A number of packets a second, above 0."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (0 < value < math.inf):
        raise UsageError(
            "{option} wants a number of packets a second above 0, such as 1000, not “{given}”.",
            option=option,
            given=text,
        )
    return value


def count(option: str, text: str, least: int, most: int) -> int:
    """A whole number within limits."""
    if not (text.isascii() and text.isdigit() and least <= int(text[:9]) <= most):
        raise UsageError(
            "{option} wants a whole number from {least} to {most}, not “{given}”.",
            option=option,
            least=least,
            most=most,
            given=text,
        )
    return int(text)


def share(option: str, text: str) -> float:
    """A share of hosts, from 0 to below 1."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value < 1:
        raise UsageError(
            "{option} wants a share of hosts from 0 to below 1, such as 0.01, not “{given}”.", option=option, given=text
        )
    return value


def part(option: str, text: str) -> tuple[int, int]:
    """``k/n``: part k of n, from 1 to n."""
    match = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text.strip(), re.ASCII)
    if not match or not 1 <= int(match[1]) <= int(match[2]):
        raise UsageError(
            "{option} wants a part and the number of parts, such as 1/4, not “{given}”.", option=option, given=text
        )
    return int(match[1]), int(match[2])


def interface_name(option: str, text: str) -> str:
    """The name of a network interface that is there."""
    there = [name for _, name in socket.if_nameindex()]
    if text not in there:
        raise UsageError(
            "{option}: there is no interface {given} here. There are {there}.",
            option=option,
            given=text,
            there=", ".join(there),
        )
    return text


def servers(option: str, text: str) -> tuple[str, ...]:
    """Addresses of name servers, separated by commas."""
    from ipaddress import ip_address

    found = tuple(word.strip() for word in text.split(","))
    for word in found:
        try:
            ip_address(word)
        except ValueError:
            raise UsageError(
                "{option} wants addresses such as 192.168.1.1,fd00::1, not “{given}”.", option=option, given=text
            ) from None
    return found


def template(text: str) -> Timing:
    """A timing template by number or name: ``4``, ``aggressive``."""
    for number, timing in enumerate(TEMPLATES):
        if text.lower() in (str(number), timing.name):
            return timing
    names = ", ".join(f"{number} ({timing.name})" for number, timing in enumerate(TEMPLATES))
    raise UsageError("-T{given} is no timing template. Write -T and one of {names}.", given=text, names=names)


NO_VERSIONS = "Version detection does not exist here. A port is named by its number alone; nmap -sV asks the service."
NO_SCRIPTS = (
    "Scripts do not exist here. What is nearest is the exchange of each port (-oJ -); nmap --script runs scripts."
)
GLUED = "{option} and its value need a space between them. Write {option} {value}."
"""What is said where a value is glued to an option of two letters."""
_IDLE = "I"
_NO_TYPES = {"V": NO_VERSIONS, "R": NO_VERSIONS, "C": NO_SCRIPTS}
"""What is said of letters that nmap knows and this program does not."""


def scan_types(letters: list[str]) -> tuple[Technique, ...]:
    """The techniques of all ``-s`` options, such as ``["SU"]`` or ``["S", "U"]``; one a protocol at most."""
    chosen: dict[Protocol, Technique] = {}
    for word in letters:
        if word.startswith(_IDLE) and word != _IDLE:
            raise UsageError(GLUED, option=f"-s{_IDLE}", value=word[1:])
        if _IDLE in word:
            raise UsageError("-sI needs its zombie behind it and goes with no other scan type: -sI ZOMBIE[:PORT].")
    for letter in "".join(letters):
        technique = SCAN_TYPES.get(letter)
        if technique is None:
            if letter in _NO_TYPES:
                raise UsageError(
                    "{no_types} Leave -s{letter} out.", no_types=Sentence(_NO_TYPES[letter]), letter=letter
                )
            known = ", ".join(f"{info.option} ({info.title})" for info in TECHNIQUES.values())
            raise UsageError("-s{letter} is not known here. The scan types are {known}.", letter=letter, known=known)
        protocol = TECHNIQUES[technique].protocol
        other = chosen.setdefault(protocol, technique)
        if other is not technique:
            raise UsageError(
                f"{TECHNIQUES[other].option} and {TECHNIQUES[technique].option} are two {protocol.upper()} scan "
                "types, and one scan has one of them. Choose one, or scan twice"
                + ("; “tui-scan matrix” runs many types side by side." if protocol is Protocol.TCP else ".")
            )
    return tuple(chosen.values())


def scan_flags(option: str, text: str) -> int:
    """TCP flags by their names in a row (``SYNFIN``, ``URG,ACK``), or as a number such as 41 or 0x29."""
    word = re.sub(r"[,|+]", "", text.strip().upper())
    names = re.findall("|".join(FLAGS), word)
    if names and "".join(names) == word:
        return sum(FLAGS[name] for name in set(names))
    if re.fullmatch(r"0X[0-9A-F]{1,2}|[1-9]\d{0,2}|0", word, re.ASCII) and int(word, 0) <= 255:
        return int(word, 0)
    if word in _ALL_FLAGS:
        return _ALL_FLAGS[word]
    raise UsageError(
        "{option} wants TCP flags by name ({flags}), such as SYNFIN or URGPSHFIN, or a number from 0 to "
        "255, such as 41 or 0x29, not “{given}”.",
        option=option,
        flags=", ".join(FLAGS),
        given=text,
    )


def shown_time(value: int | None) -> str:
    """A time as an option takes it: ``500ms``, ``3s``; nothing where there is none."""
    if value is None:
        return ""
    return f"{value}ms" if value % 1000 else f"{value // 1000}s"


def shown_rate(value: float | None) -> str:
    """A rate as an option takes it; nothing where there is no limit."""
    return "" if value is None else f"{value:g}"
