"""What was seen of a probe's exchange: packets as bytes, and what system calls told."""

from enum import StrEnum
from typing import NamedTuple


class Origin(StrEnum):
    """Who put a packet on the wire (or told an event)."""

    SCANNER = "scanner"
    TARGET = "target"
    KERNEL = "kernel"
    ROUTER = "router"
    THIRD_PARTY = "third party"


class Packet(NamedTuple):
    """One packet, from its IP header on.

    ``time_ns`` is CLOCK_REALTIME: the kernel's receive time for what was captured, the moment of the send
    call for the scanner's own probes. ``wire_length`` is the IP packet's true length in bytes; ``data`` may
    be shorter where the capture was cut. ``try_number`` counts from 1; 0 where it is not known.
    """

    time_ns: int
    origin: Origin
    data: bytes
    wire_length: int
    try_number: int = 0


class Event(NamedTuple):
    """What a system call or the socket's error queue told, where no packet could be seen.

    ``call`` is the call as a person knows it (``connect()``), ``result`` what it gave (``ECONNREFUSED``),
    ``detail`` what else is known, such as ``ICMP type 3 code 13 from 10.77.0.3``.
    """

    time_ns: int
    origin: Origin
    call: str
    result: str
    detail: str = ""
    try_number: int = 0
