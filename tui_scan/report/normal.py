"""The normal output: a table a host, for people and for scripts that know nmap's."""

from collections.abc import Iterator
from typing import TextIO

from tui_scan.model.states import HostState
from tui_scan.report.collapse import reported_hosts
from tui_scan.report.hosts import HostTable, host_tables
from tui_scan.report.run import Run, clock_text
from tui_scan.report.text import clean

UP = HostState.UP.label


def write_normal(run: Run, out: TextIO) -> None:
    """Write the whole report."""
    out.write(f"# tui_scan {run.version} scan initiated {clock_text(run.started)} as: {clean(run.command)}\n")
    reported = reported_hosts(run)
    for table in host_tables(run, reported.shown):
        out.write("\n".join(host_lines(run, table)) + "\n\n")
    if reported.silent:
        out.write(f"Not shown: {reported.silent} hosts that gave no answer\n\n")
    if run.trouble:
        out.write(f"# Not complete: {clean(run.trouble)}\n")
    out.write(f"# tui_scan done at {clock_text(run.finished)} -- {run.summary}\n")


def host_lines(run: Run, table: HostTable) -> Iterator[str]:
    """The lines of one host's table."""
    scan, host = run.scan, table.host
    address, name = scan.hosts.address(host), clean(scan.hosts.names.get(host, ""))
    yield f"Scan report for {name} ({address})" if name else f"Scan report for {address}"
    yield _state_line(run, table)
    total = scan.columns.count
    if not table.rows and not table.undecided:
        yield f"All {total} scanned ports on {name or address} are in ignored states."
    if table.extras:
        yield "Not shown: " + ", ".join(
            f"{extra.count} {extra.state.label} {extra.protocol} port{'' if extra.count == 1 else 's'} "
            f"({extra.reason.label})"
            for extra in table.extras
        )
    if table.undecided:
        yield f"No verdict: {table.undecided} of {total} ports"
    yield from _ports(run, table)
    if host in scan.hosts.macs:
        yield f"MAC Address: {scan.hosts.macs[host]}"


def _state_line(run: Run, table: HostTable) -> str:
    scan, host = run.scan, table.host
    if table.state != UP:
        if not scan.ledger.tries[scan.ledger.row(host)].any():
            return "Nothing was sent to this host."
        return "The host gave no answer: it is down, or something drops every probe."
    why = f", received {table.reason}" if run.reasons else ""
    latency = f" ({table.round_trip[0] / 1e6:.6f}s latency)" if table.round_trip else ""
    return f"Host is up{why}{latency}."


def _ports(run: Run, table: HostTable) -> Iterator[str]:
    if not table.rows:
        return
    rows = [("PORT", "STATE", "SERVICE", "REASON")]
    rows += [
        (f"{row.port}/{row.protocol}", row.state, row.service or "unknown", row.reason_text if run.reasons else "")
        for row in table.rows
    ]
    kept = 4 if run.reasons else 3
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (text.ljust(width) for text, width in zip(row[:kept], widths[:kept], strict=True))
        yield " ".join(cells).rstrip()
