"""What the probes of a protocol need of this machine, and how their answers come."""

from typing import NamedTuple

from tui_scan.engine.probes import NUMBERS, SOURCES, TRIES
from tui_scan.model.techniques import Protocol
from tui_scan.privilege.rings import SLOT, WIDE_SLOT


class Needs(NamedTuple):
    """``held`` are the protocols whose source ports are kept from other programs meanwhile.

    ``portless`` says that answers may go to no port, so that the capture takes what comes by any IP protocol;
    ``closed_by_errors`` that closed is told by an ICMP error, which hosts send at a limited rate only.
    ``slot`` is the size of the ring's slots: UDP's answers and SCTP's cookies are longer than TCP's segments.
    ``numbers`` is how many source ports a scan has: no canaries are asked where closed is told by ICMP errors.
    """

    held: tuple[Protocol, ...]
    portless: bool = False
    closed_by_errors: bool = False
    numbers: int = NUMBERS
    slot: int = WIDE_SLOT


NEEDS = {
    Protocol.TCP: Needs((Protocol.TCP,), slot=SLOT),
    Protocol.UDP: Needs((Protocol.UDP,), closed_by_errors=True, numbers=TRIES * SOURCES),
    Protocol.SCTP: Needs((Protocol.SCTP,)),
    Protocol.IP: Needs(
        (Protocol.TCP, Protocol.UDP, Protocol.SCTP), portless=True, closed_by_errors=True, numbers=TRIES
    ),
}
