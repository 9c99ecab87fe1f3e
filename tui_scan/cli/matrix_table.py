"""The matrix as a plain table: a row a port, a column a type, state above reason; below it what each row means."""

import os
import textwrap
from collections.abc import Iterator, Sequence
from typing import TextIO

from tui_scan.exchange.matrix import NO_SOCKETS, HostFinding, PortFinding, title
from tui_scan.language import translate
from tui_scan.model.techniques import Technique
from tui_scan.model.verdict import Verdict

WIDEST_TEXT = 100
"""Columns that a paragraph takes at most."""

_UNLIMITED = 1 << 16
_GAP = 2


def table_width(out: TextIO) -> int:
    """The columns of a terminal; as many as are needed where ``out`` is none."""
    try:
        return os.get_terminal_size(out.fileno()).columns or 80
    except (OSError, ValueError):
        return _UNLIMITED


def table_lines(found: Sequence[HostFinding], width: int) -> Iterator[str]:
    """The lines of all hosts; columns that do not fit ``width`` stand below, with the ports again."""
    for number, host in enumerate(found):
        if number:
            yield ""
        name = f" ({host.name})" if host.name and host.name != host.address else ""
        yield f"Matrix of {host.address}{name}"
        yield from _blocks(host, width)
        yield ""
        text = min(width, WIDEST_TEXT)
        for port in host.ports:
            yield from _paragraph(str(port.port), port.kind.value, port.explanation, text)
        yield from _paragraph(translate("Host"), host.kind.value, host.explanation, text)


def _blocks(host: HostFinding, width: int) -> Iterator[str]:
    first = ["PORT", *(line for port in host.ports for line in (str(port.port), ""))]
    columns = [_column(host.ports, technique) for technique in host.ports[0].row]
    columns.append(["KIND", *(line for port in host.ports for line in (port.kind.value, ""))])
    while columns:
        taken = 1
        while taken < len(columns) and _wide([first, *columns[: taken + 1]]) <= width:
            taken += 1
        shown, columns = [first, *columns[:taken]], columns[taken:]
        widths = [max(map(len, column)) for column in shown]
        for row in zip(*shown, strict=True):
            yield (" " * _GAP).join(text.ljust(size) for text, size in zip(row, widths, strict=True)).rstrip()
        if columns:
            yield ""


def _wide(columns: Sequence[Sequence[str]]) -> int:
    return sum(max(map(len, column)) + _GAP for column in columns) - _GAP


def _column(ports: Sequence[PortFinding], technique: Technique) -> list[str]:
    return [title(technique), *(line for port in ports for line in _cell(port.row[technique]))]


def _cell(verdict: Verdict | None) -> tuple[str, str]:
    """State and reason, one above the other."""
    if verdict is None:
        return "-", translate(NO_SOCKETS)
    return verdict.state.label, verdict.reason.label


def _paragraph(name: str, kind: str, explanation: str, width: int) -> list[str]:
    text = translate("{name}: {kind}. {explanation}", name=name, kind=kind, explanation=explanation)
    return textwrap.wrap(text, max(width, 20), subsequent_indent="  ", break_on_hyphens=False)
