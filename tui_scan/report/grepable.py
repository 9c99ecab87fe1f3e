"""nmap's grepable output: a line a host, for grep, awk and cut."""

from typing import TextIO

from tui_scan.model.discovery import Aim
from tui_scan.model.states import HostState
from tui_scan.model.techniques import Protocol
from tui_scan.report.collapse import reported_hosts
from tui_scan.report.hosts import host_tables
from tui_scan.report.rows import PortRow
from tui_scan.report.run import Run, clock_text
from tui_scan.report.text import clean

DOWN = HostState.DOWN.label
_UNSAFE = str.maketrans({"/": "|", ",": " ", "\t": " "})


def write_grepable(run: Run, out: TextIO) -> None:
    """Write the whole report: ``Host: ADDRESS (NAME)<TAB>Ports: …<TAB>Ignored State: closed (998)``."""
    out.write(f"# tui_scan {run.version} scan initiated {clock_text(run.started)} as: {clean(run.command)}\n")
    for table in host_tables(run, reported_hosts(run).shown):
        scan, host = run.scan, table.host
        address = scan.hosts.address(host).partition("%")[0]
        head = f"Host: {address} ({clean(scan.hosts.names.get(host, ''))})"
        out.write(f"{head}\tStatus: {table.state.capitalize()}\n")
        if scan.request.aim is not Aim.PORTS or table.state == DOWN:
            continue
        entries = ", ".join(map(_entry, table.rows))
        ignored: dict[str, int] = {}
        for extra in table.extras:
            ignored[extra.state.label] = ignored.get(extra.state.label, 0) + extra.size
        tail = ", ".join(f"{label} ({count})" for label, count in ignored.items())
        out.write(f"{head}\t{run.noun.capitalize()}s: {entries}" + (f"\tIgnored State: {tail}" if tail else "") + "\n")
    if run.trouble:
        out.write(f"# Not complete: {clean(run.trouble)}\n")
    out.write(f"# tui_scan done at {clock_text(run.finished)} -- {run.summary}\n")


def _entry(row: PortRow) -> str:
    """The seven fields of a port: port, state, protocol, owner, service, RPC, version; three of an IP protocol."""
    if row.protocol == Protocol.IP:
        return f"{row.port}/{row.state}/{row.service.translate(_UNSAFE)}/"
    return f"{row.port}/{row.state}/{row.protocol}//{row.service.translate(_UNSAFE)}///"
