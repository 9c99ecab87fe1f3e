"""The ways to hosts, as nmap's formats tell them."""

from collections.abc import Iterator
from typing import Any

from tui_scan.engine.scan import Scan
from tui_scan.model.trace import Hop
from tui_scan.report.text import attribute, clean

_SILENT = "..."


def trace_lines(scan: Scan, host: int) -> Iterator[str]:
    """The table of a host's hops, after an empty line; silent ones as a range."""
    trace = scan.traces.get(host)
    if trace is None:
        return
    by = f"port {trace.port}/{trace.protocol}" if trace.port else f"proto 1/{trace.protocol}"
    yield ""
    yield f"TRACEROUTE (using {by})" if trace.protocol else "TRACEROUTE"
    rows = [("HOP", "RTT", "ADDRESS")]
    before = 0
    for hop in trace.hops:
        if hop.ttl > before + 1:
            rows.append((str(before + 1), _SILENT + (f" {hop.ttl - 1}" if hop.ttl > before + 2 else ""), ""))
        rows.append((str(hop.ttl), f"{_milliseconds(hop)} ms" if hop.rtt_us else "--", _called(scan, hop)))
        before = hop.ttl
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield " ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
    if not trace.reached:
        yield f"The host itself did not answer from hop {before + 1} on."


def trace_element(scan: Scan, host: int) -> Iterator[str]:
    """``trace`` with a ``hop`` for each that answered."""
    trace = scan.traces.get(host)
    if trace is None:
        return
    port = f' port="{trace.port}"' if trace.port else ""
    yield f'<trace{port} proto="{trace.protocol}">\n' if trace.protocol else "<trace>\n"
    for hop in trace.hops:
        rtt = f' rtt="{_milliseconds(hop)}"' if hop.rtt_us else ""
        name = _name(scan, hop)
        called = f' host="{attribute(name)}"' if name else ""
        yield f'<hop ttl="{hop.ttl}" ipaddr="{hop.address.partition("%")[0]}"{rtt}{called}/>\n'
    yield "</trace>\n"


def trace_fields(scan: Scan, host: int) -> dict[str, Any] | None:
    """The way as an object; None where it was not traced."""
    trace = scan.traces.get(host)
    if trace is None:
        return None
    hops = [
        {"ttl": hop.ttl, "addr": hop.address, "name": _name(scan, hop) or None, "rtt_us": hop.rtt_us}
        for hop in trace.hops
    ]
    return {"proto": trace.protocol or None, "port": trace.port or None, "reached": trace.reached, "hops": hops}


def _milliseconds(hop: Hop) -> str:
    return f"{(hop.rtt_us or 0) / 1000:.2f}"


def _name(scan: Scan, hop: Hop) -> str:
    """The name of a hop: that of the host which it is, or the one that was looked up."""
    try:
        known = scan.hosts.names.get(scan.hosts.index(hop.address))
    except (KeyError, ValueError):
        known = None
    return known or scan.hop_names.get(hop.address, "")


def _called(scan: Scan, hop: Hop) -> str:
    name = clean(_name(scan, hop))
    return f"{name} ({hop.address})" if name else hop.address
