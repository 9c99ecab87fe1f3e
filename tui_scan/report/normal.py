"""The normal output: a table a host, for people and for scripts that know nmap's."""

from collections.abc import Iterator
from typing import TextIO

from tui_scan.model.discovery import Aim
from tui_scan.model.states import HostState
from tui_scan.model.techniques import Protocol
from tui_scan.report.collapse import reported_hosts
from tui_scan.report.hosts import HostTable, host_tables
from tui_scan.report.rows import PortRow
from tui_scan.report.run import Run, clock_text
from tui_scan.report.text import clean
from tui_scan.report.traces import trace_lines

DOWN = HostState.DOWN.label
SEEMS_DOWN = "Note: Host seems down. It may be up and not answer what asks whether it is: -Pn scans it all the same."
NOBODY = (
    "Note: Host seems down. On its link nobody answers for its address, so nothing can be sent there, not even by -Pn."
)


def write_normal(run: Run, out: TextIO) -> None:
    """Write the whole report."""
    out.write(f"# tui_scan {run.version} scan initiated {clock_text(run.started)} as: {clean(run.command)}\n")
    reported = reported_hosts(run)
    for table in host_tables(run, reported.shown):
        out.write("\n".join(host_lines(run, table)) + "\n\n")
    if reported.silent:
        out.write(f"Not shown: {reported.silent} hosts that gave no answer\n\n")
    if run.hosts == (0, 1, 1) and run.scan.request.aim is not Aim.LIST:
        out.write(f"{NOBODY if run.scan.request.discovery.skip else SEEMS_DOWN}\n\n")
    if run.trouble:
        out.write(f"# Not complete: {clean(run.trouble)}\n")
    out.write(f"# tui_scan done at {clock_text(run.finished)} -- {run.summary}\n")


def host_lines(run: Run, table: HostTable) -> Iterator[str]:
    """The lines of one host's table."""
    scan, host = run.scan, table.host
    address, name = scan.hosts.address(host), clean(scan.hosts.names.get(host, ""))
    head = f"Scan report for {name} ({address})" if name else f"Scan report for {address}"
    if table.state == DOWN:
        yield f"{head} [host down, received {table.reason}]"
        return
    yield head
    if scan.request.aim is Aim.LIST:
        return
    yield _state_line(run, table)
    yield from _ports_told(run, table, name or address)
    if host in scan.hosts.macs:
        yield f"MAC Address: {scan.hosts.macs[host].upper()}"
    yield from trace_lines(scan, host)


def _ports_told(run: Run, table: HostTable, called: str) -> Iterator[str]:
    if run.scan.request.aim is not Aim.PORTS:
        return
    total = run.scan.columns.count
    if not table.rows and not table.undecided:
        yield f"All {total} scanned {run.noun}s on {called} are in ignored states."
    if table.extras:
        yield "Not shown: " + ", ".join(
            f"{extra.size} {extra.state.label} {extra.protocol} {run.noun}{'' if extra.size == 1 else 's'} "
            f"({extra.reason.label})"
            for extra in table.extras
        )
    if table.undecided:
        yield f"No verdict: {table.undecided} of {total} {run.noun}s"
    yield from _ports(run, table)


def _state_line(run: Run, table: HostTable) -> str:
    scan, host = run.scan, table.host
    if scan.hosts.state[host] == HostState.UNKNOWN and scan.request.aim is Aim.HOSTS:
        if scan.request.discovery.skip:
            return "Host is up, received user-set." if run.reasons else "Host is up."
        return "It is not known whether this host is up."
    if scan.hosts.state[host] == HostState.UNKNOWN:
        if not scan.ledger.tries[scan.ledger.row(host)].any():
            return "Nothing was sent to this host."
        return "The host gave no answer: it is down, or something drops every probe."
    ttl = f" ttl {table.ttl}" if table.ttl else ""
    why = f", received {table.reason}{ttl}" if run.reasons else ""
    latency = f" ({table.round_trip[0] / 1e6:.6f}s latency)" if table.round_trip else ""
    return f"Host is up{why}{latency}."


def _ports(run: Run, table: HostTable) -> Iterator[str]:
    if not table.rows:
        return
    rows = [(run.noun.upper(), "STATE", "SERVICE", "REASON")]
    rows += [
        (_number(row), row.state, row.service or "unknown", row.reason_text if run.reasons else "")
        for row in table.rows
    ]
    kept = 4 if run.reasons else 3
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (text.ljust(width) for text, width in zip(row[:kept], widths[:kept], strict=True))
        yield " ".join(cells).rstrip()


def _number(row: PortRow) -> str:
    """``22/tcp``; an IP protocol has no other protocol behind it."""
    return str(row.port) if row.protocol == Protocol.IP else f"{row.port}/{row.protocol}"
