"""The normal output: a table a host, for people and for scripts that know nmap's."""

from collections.abc import Iterator
from typing import TextIO

from tui_scan.model.states import HostState
from tui_scan.report.collapse import HostPorts, collapse, reported_hosts, round_trip
from tui_scan.report.ports import host_reason
from tui_scan.report.rows import port_rows
from tui_scan.report.run import Run, clock_text
from tui_scan.report.text import clean


def write_normal(run: Run, out: TextIO) -> None:
    """Write the whole report."""
    out.write(f"# tui_scan {run.version} scan initiated {clock_text(run.started)} as: {clean(run.command)}\n")
    reported = reported_hosts(run)
    for host in reported.shown.tolist():
        out.writelines(f"{line}\n" for line in host_lines(run, host))
        out.write("\n")
    if reported.silent:
        out.write(f"Not shown: {reported.silent} hosts that gave no answer\n\n")
    if run.trouble:
        out.write(f"# Not complete: {clean(run.trouble)}\n")
    out.write(f"# tui_scan done at {clock_text(run.finished)} -- {run.summary}\n")


def host_lines(run: Run, host: int) -> Iterator[str]:
    """The lines of one host's table."""
    scan = run.scan
    address, name = scan.hosts.address(host), clean(scan.hosts.names.get(host, ""))
    yield f"Scan report for {name} ({address})" if name else f"Scan report for {address}"
    yield _state_line(run, host)
    ports = collapse(run, host)
    total = scan.columns.count
    if not len(ports.shown) and not len(ports.undecided):
        yield f"All {total} scanned ports on {name or address} are in ignored states."
    if ports.extras:
        yield "Not shown: " + ", ".join(
            f"{extra.count} {extra.state.label} {extra.protocol} port{'' if extra.count == 1 else 's'} "
            f"({extra.reason.label})"
            for extra in ports.extras
        )
    if len(ports.undecided):
        yield f"No verdict: {len(ports.undecided)} of {total} ports"
    yield from _table(run, host, ports)
    if host in scan.hosts.macs:
        yield f"MAC Address: {scan.hosts.macs[host]}"


def _state_line(run: Run, host: int) -> str:
    scan = run.scan
    if scan.hosts.state[host] != HostState.UP:
        if not scan.ledger.tries[scan.ledger.row(host)].any():
            return "Nothing was sent to this host."
        return "The host gave no answer: it is down, or something drops every probe."
    why = f", received {host_reason(scan, host)}" if run.reasons else ""
    timing = round_trip(scan, host)
    latency = f" ({timing[0] / 1e6:.6f}s latency)" if timing else ""
    return f"Host is up{why}{latency}."


def _table(run: Run, host: int, ports: HostPorts) -> Iterator[str]:
    if not len(ports.shown):
        return
    rows = [("PORT", "STATE", "SERVICE", "REASON")]
    rows += [
        (f"{row.port}/{row.protocol}", row.state, row.service or "unknown", row.reason_text if run.reasons else "")
        for row in port_rows(run.scan, host, ports.shown)
    ]
    kept = 4 if run.reasons else 3
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (text.ljust(width) for text, width in zip(row[:kept], widths[:kept], strict=True))
        yield " ".join(cells).rstrip()
