"""The packets of one port as a pcapng file, each with a comment that says what it was for."""

import os
from typing import BinaryIO

from tui_scan import __version__
from tui_scan.engine.scan import Scan
from tui_scan.model.errors import UsageError
from tui_scan.model.packets import Origin, Packet
from tui_scan.model.techniques import TECHNIQUES
from tui_scan.report.pcapng import RAW, interface, packet, section
from tui_scan.report.pcapng_lines import WHOSE
from tui_scan.report.pcapng_scan import ANYWHERE

NO_PACKET = (
    "No packet of this port was seen, so there is nothing to write as pcapng: the kernel sent and received for this "
    "program. Save it as .txt or .json, or scan with raw sockets."
)


def write_port(scan: Scan, host: int, column: int, out: BinaryIO) -> None:
    """Write the packets of one port, oldest first. Raises UsageError where none was seen."""
    packets = [item for item in scan.exchange(host, column) if isinstance(item, Packet)]
    if not packets:
        raise UsageError(NO_PACKET)
    verdict, info = scan.verdict(host, column), TECHNIQUES[scan.columns.technique(column)]
    told = f"Verdict: {verdict.state.label} ({verdict.reason.label})." if verdict.state else "No verdict yet."
    about = f"{verdict.port}/{info.protocol} on {verdict.address} by the {info.title} scan. {told}"
    out.write(section(f"tui_scan {__version__}", " ".join(os.uname()[:3:2]), about))
    out.write(interface(scan.request.interface or ANYWHERE, RAW))
    for one in packets:
        tries = f"Try {one.try_number}: " if one.try_number else ""
        comment = f"{tries}{WHOSE[one.origin]}. {told}".encode()
        left = one.origin in (Origin.SCANNER, Origin.KERNEL)
        out.write(packet(0, one.time_ns, one.data, one.wire_length, out=left, comment=comment))
