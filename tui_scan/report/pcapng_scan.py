"""A scan's packets as a pcapng file, in the order of time."""

import os
from collections.abc import Iterator, Sequence
from typing import BinaryIO

import numpy as np

from tui_scan.engine.calls import CallLog
from tui_scan.engine.scan import Scan
from tui_scan.engine.watched import ARP, Shown
from tui_scan.language import Sentence
from tui_scan.model.techniques import TECHNIQUES
from tui_scan.report.pcapng import COOKED, RAW, interface, packet, section
from tui_scan.report.pcapng_lines import Line, Stream, of_discovery, of_ports
from tui_scan.report.run import Run

CHUNK = 8192
"""Packets that are made again and written at a time."""
ANYWHERE = "any"
"""The name of the interface where none was asked for: packets are received on all of them."""

NO_PACKET = "The pcapng file holds no packet: none of this scan was seen."
LACKS = (
    "The pcapng file lacks the packets of the {title} scan ({option}): the kernel sent and received them for this "
    "program. Choose a scan type that writes its own, such as -sS."
)


def lacking(scan: Scan, written: int) -> list[str]:
    """Sentences on what a file of so many packets has not got, though a person may look for it there."""
    unseen = [TECHNIQUES[technique] for technique, log in scan.captures.items() if isinstance(log, CallLog)]
    told: list[str] = [Sentence(LACKS, title=info.title, option=info.option) for info in unseen]
    return told if written else [NO_PACKET, *told]


def write_pcapng(run: Run, out: BinaryIO, shown: Sequence[Shown] = ()) -> int:
    """Write all packets that the scan's captures hold, and those of discovery that were ``shown``.

    Returns how many packets were written; without any the file is valid too.
    """
    streams = [*of_ports(run.scan), *(of_discovery(one) for one in shown)]
    out.write(section(f"tui_scan {run.version}", " ".join(os.uname()[:3:2]), run.command))
    out.write(interface(run.scan.request.interface or ANYWHERE, RAW))
    if any(one.packets[0, : len(ARP)].tobytes() == ARP for one in shown):
        out.write(interface(run.scan.request.interface or ANYWHERE, COOKED))
    written = 0
    for line in _once(_in_order(streams)):
        comment, one = line.comment.encode(), line.packet
        out.write(packet(line.link, one.time_ns, one.data, one.wire_length, out=line.out, comment=comment))
        written += 1
    return written


def _once(lines: Iterator[Line]) -> Iterator[Line]:
    """Each packet once: in an idle scan several ports share their looks at the zombie."""
    at, there = 0, set[bytes]()
    for line in lines:
        if line.packet.time_ns != at:
            at, there = line.packet.time_ns, set()
        if line.packet.data not in there:
            there.add(line.packet.data)
            yield line


def _in_order(streams: Sequence[Stream]) -> Iterator[Line]:
    """The lines of all streams by time; of two with one time that of the earlier stream comes first."""
    if not streams:
        return
    times = np.concatenate([stream.times_ns for stream in streams])
    of = np.repeat(np.arange(len(streams)), [len(stream.times_ns) for stream in streams])
    numbers = np.concatenate([np.arange(len(stream.times_ns)) for stream in streams])
    order = np.argsort(times, kind="stable")
    for first in range(0, len(order), CHUNK):
        rows = order[first : first + CHUNK]
        found: dict[int, list[Line]] = {}
        for at in np.flatnonzero(np.bincount(of[rows])).tolist():
            mine = rows[of[rows] == at]
            found.update(zip(mine.tolist(), streams[at].lines(numbers[mine]), strict=True))
        for row in rows.tolist():
            yield from found[row]
