"""JSON lines: an object a line, each port with the exchange behind its verdict and what it means."""

import json
from collections.abc import Callable, Iterator
from typing import Any, TextIO

from tui_scan.model.techniques import TECHNIQUES
from tui_scan.report.collapse import reported_hosts
from tui_scan.report.hosts import HostTable, host_tables
from tui_scan.report.ports import port_ranges
from tui_scan.report.run import Run

Tell = Callable[[int, int], dict[str, Any]]
"""(host, column) to the fields ``exchange`` and ``explanation`` of its line."""


def write_json_lines(run: Run, out: TextIO, tell: Tell) -> None:
    """Write the whole report: one ``scan`` line, a ``host`` line a host with its ``port`` lines, one ``end``.

    Ports that are only counted stand in their host's ``extraports``, with their numbers.
    """
    _write(out, _scan_fields(run))
    reported = reported_hosts(run)
    for table in host_tables(run, reported.shown):
        _write(out, _host_fields(run, table))
        for fields in _port_fields(run, table, tell):
            _write(out, fields)
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
        "extraports": [
            {
                "state": extra.state.label,
                "reason": extra.reason.label,
                "proto": extra.protocol,
                "count": extra.count,
                "ports": port_ranges(scan, extra.columns),
            }
            for extra in table.extras
        ],
        "undecided": table.undecided,
    }


def _port_fields(run: Run, table: HostTable, tell: Tell) -> Iterator[dict[str, Any]]:
    host = table.host
    address = run.scan.hosts.address(host)
    for row in table.rows:
        verdict = run.scan.verdict(host, row.column)
        yield {
            "type": "port",
            "addr": address,
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
