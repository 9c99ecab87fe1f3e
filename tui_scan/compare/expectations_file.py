"""Reads the TOML file that says which ports may be open from where:

[[open]]
from = ["10.0.0.0/24", "bastion"]   # networks, addresses or host names of the vantage point; left out: anywhere
to = "10.0.0.5"                     # networks or addresses of the target; left out: every target
tcp = "22,443"                      # as -p takes them
udp = "53"
required = true                     # a port of these that is not open counts too; left out: false
"""

import ipaddress
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tui_scan.compare.expectations import Allowed, Expectations, Network
from tui_scan.language import Sentence
from tui_scan.model.errors import UsageError
from tui_scan.model.techniques import Protocol
from tui_scan.scope.port_choice import ServiceNames
from tui_scan.scope.ports import parse_ports

_EXAMPLE = Sentence('Write tables such as: [[open]] with from = "10.0.0.0/24", to = "10.0.0.5", tcp = "22,443".')
_KEYS = ("from", "to", "tcp", "udp", "required")
_AT = re.compile(r"\(at line (\d+), column \d+\)")


def read_expectations(path: str, names: ServiceNames) -> Expectations:
    """Read a file; UsageError says what is wrong in it, with the line where TOML tells one."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(
            "The file of expectations {path} cannot be read: {reason}.", path=path, reason=reason
        ) from error
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _AT.search(str(error))
        line = found[1] if found else text.count("\n") + 1
        what = _AT.sub("", str(error)).strip().removesuffix(" (at end of document)")
        raise UsageError(
            "At line {line} of {path} this is no TOML: {what}. {example}",
            line=line,
            path=path,
            what=what[:1].lower() + what[1:],
            example=_EXAMPLE,
        ) from error
    tables = content.pop("open", [])
    if content:
        raise UsageError(
            "{path} says “{content}”, which means nothing here. {example}",
            path=path,
            content=next(iter(content)),
            example=_EXAMPLE,
        )
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise UsageError("“open” in {path} is no list of tables. {example}", path=path, example=_EXAMPLE)
    lines = [number for number, line in enumerate(text.splitlines(), 1) if line.strip().startswith("[[open]]")]
    places = [f"line {number} of {path}" for number in lines]
    if len(places) != len(tables):
        places = [f"{path}, table {number}" for number in range(1, len(tables) + 1)]
    return Expectations(path, tuple(_table(*pair, names) for pair in zip(tables, places, strict=True)))


def _table(table: dict[str, Any], place: str, names: ServiceNames) -> Allowed:
    for key in table:
        if key not in _KEYS:
            raise UsageError(
                "The table at {place} says “{key}”, which means nothing here. {example}",
                place=place,
                key=key,
                example=_EXAMPLE,
            )
    required = table.get("required", False)
    if not isinstance(required, bool):
        raise UsageError("“required” in the table at {place} is true or false, without quotes.", place=place)
    sources, hosts = _ends(table, "from", place)
    targets, unknown = _ends(table, "to", place)
    if unknown:
        raise UsageError(
            "“{unknown}” in “to” of the table at {place} is no address and no network. {example}",
            unknown=min(unknown),
            place=place,
            example=_EXAMPLE,
        )
    return Allowed(sources, frozenset(hosts), targets, frozenset(_ports(table, place, names)), required)


def _ends(table: dict[str, Any], key: str, place: str) -> tuple[tuple[Network, ...], set[str]]:
    """The networks and the other words of ``from`` or ``to``."""
    value = table.get(key, [])
    words = [value] if isinstance(value, str) else value
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise UsageError(
            "“{key}” in the table at {place} is a text or a list of texts. {example}",
            key=key,
            place=place,
            example=_EXAMPLE,
        )
    networks, others = [], set()
    for word in words:
        try:
            networks.append(ipaddress.ip_network(word, strict=False))
        except ValueError:
            if not word or "/" in word:
                raise UsageError(
                    "“{word}” in “{key}” of the table at {place} is no network. {example}",
                    word=word,
                    key=key,
                    place=place,
                    example=_EXAMPLE,
                ) from None
            others.add(word)
    return tuple(networks), others


def _ports(table: dict[str, Any], place: str, names: ServiceNames) -> Iterator[tuple[Protocol, int]]:
    for protocol in (Protocol.TCP, Protocol.UDP):
        text = table.get(protocol.value)
        if text is None:
            continue
        if isinstance(text, int) and not isinstance(text, bool):
            text = str(text)
        if not isinstance(text, str):
            raise UsageError(
                '“{protocol}” in the table at {place} is a text such as "22,80-90". {example}',
                protocol=protocol,
                place=place,
                example=_EXAMPLE,
            )
        try:
            selection = parse_ports(text, names.ports_of, (protocol,))
        except UsageError as error:
            raise UsageError(
                "“{protocol}” in the table at {place}: {error}", protocol=protocol, place=place, error=error
            ) from error
        yield from ((protocol, port) for port in selection.for_protocol(protocol))
