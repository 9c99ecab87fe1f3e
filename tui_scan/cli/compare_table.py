"""A comparison as a plain table: a row a port, alarms first; below it what each case means and what to look at."""

import textwrap
from collections.abc import Iterator, Sequence

from tui_scan.cli.matrix_table import WIDEST_TEXT
from tui_scan.compare.expectations import Difference, Expectations
from tui_scan.compare.join import Comparison, Finding
from tui_scan.compare.rules import Rule
from tui_scan.compare.seen import Vantage
from tui_scan.compare.told import clock_text, meaning, next_step, program_text, remarks, summary, verdict_text
from tui_scan.language import translate

_GAP = "  "
_HEAD = ("CLASS", "ADDRESS", "PORT", "LISTENER", "PROGRAM", "SEEN")
_MOST_PORTS = 12


def table_lines(comparison: Comparison, width: int, more: Sequence[str] = ()) -> Iterator[str]:
    """The lines for a terminal of ``width`` columns; ``more`` stands above the last, the summary for scripts."""
    yield from _heading(comparison)
    if comparison.findings:
        yield ""
        yield from _rows(comparison.findings)
        yield ""
        yield from _meanings(comparison.findings, min(width, WIDEST_TEXT))
        yield ""
    if more:
        yield from more
        yield ""
    yield f"# {summary(comparison)}"


def difference_lines(found: Sequence[Difference], expected: Expectations | None) -> list[str]:
    """How a comparison differs from what is expected: ``+`` open and not allowed, ``-`` required and not open.

    ``.`` marks ports that may be open and are not, where they are not required.
    """
    if expected is None:
        return []
    if not found:
        return [translate("As {file} expects.", file=expected.path)]
    return [translate("Other than {file} expects:", file=expected.path), *map(_difference, found)]


NEW = "{address} {port} is {state} and not allowed from {vantage}"
REQUIRED = "{address} {port} is {state} and required from {vantage}"
ALLOWED = "{address} {port} is {state} and allowed from {vantage}"
SEEN = "Seen:   {address} from {vantage}, {time}"
SEEN_HERE = "Seen:   {address} from {vantage}, {time}, no remote view: it is this machine itself"


def _difference(one: Difference) -> str:
    state = one.seen.verdict.state.label
    mark, told = ("+", NEW) if one.new else ("-", REQUIRED) if one.counts else (".", ALLOWED)
    port, vantage = f"{one.port}/{one.protocol}", one.seen.vantage.text
    sentence = translate(told, address=one.address, port=port, state=state, vantage=vantage)
    class_ = f" ({one.finding.class_})" if one.new and one.finding else ""
    return f"{mark} {sentence}{class_}"


def _heading(comparison: Comparison) -> Iterator[str]:
    listing = comparison.listing
    host = f"{listing.host}, " if listing.host else ""
    source = f"{host}{listing.source}"
    yield translate("Listed: {source}, {time}", source=source, time=clock_text(listing.taken_at))
    seen: dict[tuple[str, Vantage], float] = {}
    for one in comparison.findings:
        seen.setdefault((one.address, one.seen.vantage), one.seen.at)
    for (address, vantage), at in seen.items():
        told = SEEN_HERE if vantage.own else SEEN
        yield translate(told, address=address, vantage=vantage.text, time=clock_text(at))


def _rows(findings: tuple[Finding, ...]) -> Iterator[str]:
    rows = [_HEAD, *map(_row, findings)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield _GAP.join(text.ljust(size) for text, size in zip(row, widths, strict=True)).rstrip()


def _row(one: Finding) -> tuple[str, ...]:
    listener = one.listener
    bound, program = "-", "-"
    if listener is not None:
        bound, program = listener.local, program_text(listener) or "-"
        if one.local.standing.apart:
            bound += " (other namespace)"
    return one.class_, one.address, f"{one.port}/{one.protocol}", bound, program, verdict_text(one)


def _meanings(findings: tuple[Finding, ...], width: int) -> Iterator[str]:
    """Each case once, with its ports; what it means there, and what to look at next."""
    cases: dict[tuple[Rule, str], list[Finding]] = {}
    for one in findings:
        cases.setdefault((one.rule, one.address), []).append(one)
    for found in cases.values():
        first = found[0]
        ports = ", ".join(dict.fromkeys(f"{one.port}/{one.protocol}" for one in found[:_MOST_PORTS]))
        left = len(found) - _MOST_PORTS
        more = " " + translate("and {count} more", count=left) if left > 0 else ""
        told = " ".join(dict.fromkeys(remark for one in found for remark in remarks(one)))
        many = len(found) > 1
        text = translate(
            "{class_} ({ports}): {meaning}", class_=first.class_, ports=ports + more, meaning=meaning(first, many)
        )
        yield from _paragraph(f"{text} {told}".rstrip(), width)
        yield from _paragraph(f"  {translate('Next: {step}', step=next_step(first, many))}", width)


def _paragraph(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, max(width, 20), subsequent_indent="  ", break_on_hyphens=False)
