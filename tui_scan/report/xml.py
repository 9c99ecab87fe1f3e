"""nmap's XML, valid against its DTD, so that ndiff, Zenmap and libraries read it."""

from collections.abc import Iterator
from typing import TextIO

from tui_scan.engine.progress import Phase
from tui_scan.engine.scan import Scan
from tui_scan.model.discovery import Aim
from tui_scan.model.states import HostState
from tui_scan.model.techniques import TECHNIQUES
from tui_scan.report.collapse import Extra, reported_hosts
from tui_scan.report.hosts import HostTable, host_tables
from tui_scan.report.ports import port_ranges
from tui_scan.report.rows import PortRow
from tui_scan.report.run import Run, clock_text
from tui_scan.report.text import attribute
from tui_scan.report.traces import trace_element

FORMAT = "1.05"
"""The version of nmap's XML format that is written."""


def write_xml(run: Run, out: TextIO) -> None:
    """Write the whole document; it is closed and valid however the scan ended.

    ``scanner`` is ``nmap`` because its DTD allows nothing else; ``args`` and ``version`` tell the truth.
    """
    out.write('<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE nmaprun>\n')
    out.write(
        f'<nmaprun scanner="nmap" args="{attribute(run.command)}" start="{int(run.started)}" '
        f'startstr="{clock_text(run.started)}" version="tui_scan {run.version}" xmloutputversion="{FORMAT}">\n'
    )
    out.writelines(_scaninfo(run.scan))
    out.write(f'<verbose level="{run.verbosity}"/>\n<debugging level="{run.debugging}"/>\n')
    for table in host_tables(run, reported_hosts(run).shown):
        out.write("".join(_host(run, table)))
    out.write(_runstats(run))
    out.write("</nmaprun>\n")


def _scaninfo(scan: Scan) -> Iterator[str]:
    for technique in scan.columns.techniques:
        columns = scan.columns.of(technique)
        yield (
            f'<scaninfo type="{technique}" protocol="{TECHNIQUES[technique].protocol}" '
            f'numservices="{len(columns)}" services="{port_ranges(scan, columns)}"/>\n'
        )


def _host(run: Run, table: HostTable) -> Iterator[str]:
    scan, host = run.scan, table.host
    yield f'<host starttime="{int(run.started)}" endtime="{int(run.finished)}">'
    yield f'<status state="{table.state}" reason="{table.reason}" reason_ttl="{table.ttl or 0}"/>\n'
    address = scan.hosts.address(host).partition("%")[0]
    yield f'<address addr="{address}" addrtype="ipv{scan.hosts.family}"/>\n'
    if host in scan.hosts.macs:
        yield f'<address addr="{scan.hosts.macs[host].upper()}" addrtype="mac"/>\n'
    if table.state == HostState.DOWN.label:
        yield "</host>\n"
        return
    yield _hostnames(scan, host)
    if scan.request.aim is Aim.PORTS:
        yield from _ports(scan, table)
    yield from trace_element(scan, host)
    if table.round_trip:
        srtt, rttvar = map(round, table.round_trip)
        yield f'<times srtt="{srtt}" rttvar="{rttvar}" to="{_patience(run, srtt, rttvar)}"/>\n'
    yield "</host>\n"


def _patience(run: Run, srtt: int, rttvar: int) -> int:
    """The time-out in microseconds that these round trips give (RFC 6298 §2.3), within the scan's limits."""
    timing = run.scan.request.timing
    return min(max(srtt + 4 * rttvar, timing.min_rtt_timeout * 1000), timing.max_rtt_timeout * 1000)


def _hostnames(scan: Scan, host: int) -> str:
    name = scan.hosts.names.get(host)
    if not name:
        return "<hostnames>\n</hostnames>\n"
    typed = scan.plan.names.get(scan.hosts.integer(host)) == name
    return f'<hostnames>\n<hostname name="{attribute(name)}" type="{"user" if typed else "PTR"}"/>\n</hostnames>\n'


def _ports(scan: Scan, table: HostTable) -> Iterator[str]:
    yield "<ports>"
    for state in dict.fromkeys(extra.state for extra in table.extras):
        yield from _extraports(scan, [extra for extra in table.extras if extra.state is state])
    yield from map(_port, table.rows)
    yield "</ports>\n"


def _extraports(scan: Scan, extras: list[Extra]) -> Iterator[str]:
    yield f'<extraports state="{extras[0].state.label}" count="{sum(extra.size for extra in extras)}">\n'
    for extra in extras:
        yield (
            f'<extrareasons reason="{extra.reason.label}" count="{extra.size}" proto="{extra.protocol}" '
            f'ports="{port_ranges(scan, extra.columns)}"/>\n'
        )
    yield "</extraports>\n"


def _port(row: PortRow) -> str:
    witness = f' reason_ip="{row.sender}"' if row.sender else ""
    usual = f'<service name="{attribute(row.service)}" method="table" conf="3"/>' if row.service else ""
    return (
        f'<port protocol="{row.protocol}" portid="{row.port}"><state state="{row.state}" reason="{row.reason}" '
        f'reason_ttl="{row.ttl or 0}"{witness}/>{usual}</port>\n'
    )


def _runstats(run: Run) -> str:
    up, down, total = run.hosts
    end = clock_text(run.finished)
    whole = run.phase is Phase.FINISHED
    trouble = "" if whole else f' errormsg="{attribute(run.trouble)}"'
    return (
        f'<runstats><finished time="{int(run.finished)}" timestr="{end}" elapsed="{run.elapsed:.2f}" '
        f'summary="tui_scan done at {end}; {run.summary}" exit="{"success" if whole else "error"}"{trouble}/>'
        f'<hosts up="{up}" down="{down}" total="{total}"/>\n</runstats>\n'
    )
