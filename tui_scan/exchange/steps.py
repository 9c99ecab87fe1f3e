"""What a story is made of."""

from dataclasses import dataclass
from enum import StrEnum

from tui_scan.language import translate
from tui_scan.model.packets import Origin
from tui_scan.model.techniques import Protocol


class Kind(StrEnum):
    """What a step is: a packet, what a system call told, or that nothing came."""

    PACKET = "packet"
    CALL = "call"
    SILENCE = "silence"


class Direction(StrEnum):
    """Which way a step goes, seen from the scanner."""

    OUT = "out"
    IN = "in"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an exchange. None means: not known, or the step has no such thing.

    ``t_us`` counts microseconds from the first probe. ``summary`` is what a person calls it (``SYN, ACK``,
    ``ICMP port-unreach (3/3)``, ``connect(): ECONNREFUSED``); ``flags`` are scapy's letters (``SA``).
    ``seq_relative`` and ``ack_relative`` count from the first sequence number seen of that side, as
    Wireshark does. ``ttl`` is the TTL or hop limit, ``options`` the TCP options as ``mss=1460 sack``,
    ``payload_length`` the bytes above the transport header. ``sender`` is the source address. ``seen`` is
    False where a system call told the step and no packet was seen. ``note`` is a remark for the person.
    """

    t_us: float | None
    kind: Kind
    origin: Origin | None
    direction: Direction
    summary: str
    flags: str = ""
    seq: int | None = None
    ack: int | None = None
    seq_relative: int | None = None
    ack_relative: int | None = None
    window: int | None = None
    ttl: int | None = None
    options: str = ""
    payload_length: int | None = None
    sender: str = ""
    try_number: int = 0
    seen: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Which answer came and the rule that reads it, what that means, what it does not prove, where that stands written.

    ``otherwise`` tells which other answers would have meant which other state. All are in the reader's language.
    """

    answer: str
    meaning: str
    unproven: str
    source: str
    otherwise: str = ""

    @property
    def text(self) -> str:
        """One paragraph."""
        source = translate("Source: {source}.", source=self.source) if self.source else ""
        return " ".join(filter(None, (self.answer, self.meaning, self.unproven, self.otherwise, source)))


@dataclass(frozen=True, slots=True)
class Exchange:
    """The story of one port of one host. ``complete`` is False where packets had to be let go for memory."""

    address: str
    protocol: Protocol
    port: int
    steps: tuple[Step, ...]
    explanation: Explanation
    complete: bool = True
