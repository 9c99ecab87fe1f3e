"""JSON lines: an object a line, each port with the exchange behind its verdict and what it means."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TextIO

from tui_scan.engine.progress import Phase
from tui_scan.engine.scan import Scan
from tui_scan.model.records import as_record
from tui_scan.model.techniques import TECHNIQUES
from tui_scan.report.collapse import Extra, reported_hosts
from tui_scan.report.hosts import HostTable, host_tables
from tui_scan.report.ports import port_ranges
from tui_scan.report.rows import PortRow
from tui_scan.report.run import Run
from tui_scan.report.traces import trace_fields
from tui_scan.report.unlisted import Unlisted, unlisted

Tell = Callable[[int, int], dict[str, Any]]
"""(host, column) to the fields ``exchange`` and ``explanation`` of its line."""


def write_json_lines(run: Run, out: TextIO, tell: Tell) -> None:
    """Write the whole report: one ``scan`` line, a ``host`` line a host with its ``port`` lines, one ``end``.

    Ports that are only counted stand in their host's ``extraports``, with their numbers. ``request`` and ``resolved``
    of the scan line, and of a scan that did not come to its end the ``unlisted`` lines, are what --resume needs.
    """
    _write(out, _scan_fields(run))
    reported = reported_hosts(run)
    for table in host_tables(run, reported.shown):
        _write(out, _host_fields(run, table))
        for fields in _port_fields(run, table, tell):
            _write(out, fields)
    if run.phase is not Phase.FINISHED:
        for alike in unlisted(run, reported.shown):
            _write(out, _unlisted_fields(run.scan, alike))
    up, down, total = run.hosts
    _write(
        out,
        {
            "type": "end",
            "phase": run.phase,
            "error": run.trouble,
            "finished": run.finished,
            "elapsed": round(run.elapsed, 6),
            "sent": run.scan.tally.sent,
            "answers": run.scan.tally.answers,
            "hosts_up": up,
            "hosts_down": down,
            "hosts_silent": reported.silent,
            "hosts": total,
        },
    )


def _write(out: TextIO, fields: dict[str, Any]) -> None:
    out.write(json.dumps(fields) + "\n")


def _scan_fields(run: Run) -> dict[str, Any]:
    scan = run.scan
    return {
        "type": "scan",
        "program": "tui_scan",
        "version": run.version,
        "args": run.command,
        "request": as_record(replace(scan.request, authorized=False)),
        "resolved": {name: _address(scan, value) for value, name in scan.plan.names.items()},
        "started": run.started,
        "family": scan.hosts.family,
        "hosts": scan.hosts.count,
        "techniques": [
            {
                "technique": technique,
                "proto": TECHNIQUES[technique].protocol,
                "ports": port_ranges(scan, scan.columns.of(technique)),
            }
            for technique in scan.columns.techniques
        ],
        "notes": scan.notes,
    }


def _host_fields(run: Run, table: HostTable) -> dict[str, Any]:
    scan, host = run.scan, table.host
    return {
        "type": "host",
        "addr": scan.hosts.address(host),
        "name": scan.hosts.names.get(host),
        "mac": scan.hosts.macs.get(host),
        "state": table.state,
        "reason": table.reason,
        "reason_ttl": table.ttl,
        "rtt_us": round(table.round_trip[0]) if table.round_trip else None,
        "trace": trace_fields(scan, host),
        "extraports": [_extra_fields(scan, host, extra) for extra in table.extras],
        "undecided": table.undecided,
    }


def _extra_fields(scan: Scan, host: int, extra: Extra) -> dict[str, Any]:
    return {
        "state": extra.state.label,
        "reason": extra.reason.label,
        "proto": extra.protocol,
        "count": extra.size,
        "tries": int(scan.ledger.tries[scan.ledger.row(host)][extra.columns].max()),
        "ports": port_ranges(scan, extra.columns),
    }


def _unlisted_fields(scan: Scan, alike: Unlisted) -> dict[str, Any]:
    return {
        "type": "unlisted",
        "addrs": [[scan.hosts.address(first), scan.hosts.address(last)] for first, last in alike.runs],
        "state": alike.state.label,
        "reason": alike.reason.label,
        "extraports": [_extra_fields(scan, alike.runs[0][0], extra) for extra in alike.extras],
    }


def _address(scan: Scan, value: int) -> str:
    return scan.hosts.address(int(scan.hosts.find(scan.hosts.wire_of(value))[0]))


def _port_fields(run: Run, table: HostTable, tell: Tell) -> Iterator[dict[str, Any]]:
    for row in table.rows:
        yield port_fields(run.scan, table.host, row, tell)


def port_fields(scan: Scan, host: int, row: PortRow, tell: Tell) -> dict[str, Any]:
    """The line of one port."""
    verdict = scan.verdict(host, row.column)
    return {
        "type": "port",
        "addr": verdict.address,
        "proto": row.protocol,
        "port": row.port,
        "state": row.state,
        "reason": row.reason,
        "reason_ttl": row.ttl,
        "sender": row.sender,
        "rtt_us": verdict.rtt_us,
        "tries": verdict.tries,
        "service": row.service,
        **tell(host, row.column),
    }
