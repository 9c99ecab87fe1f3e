"""What a host of the lab saw of a probe: its own capture, its kernel's tables, what its programs noticed."""

from dataclasses import dataclass

from tui_scan.model.techniques import Protocol, Technique


@dataclass(frozen=True, slots=True)
class Watched:
    """Which packets are looked for: those of ``protocol`` to or from ``port``, and ICMP errors about them.

    Of IP the ports are protocol numbers. ``technique`` is the scan type of the probe, by which filters may differ.
    """

    protocol: Protocol
    port: int
    technique: Technique


@dataclass(frozen=True, slots=True)
class SeenPacket:
    """A packet at the host's end of a link, in hexadecimal from its IP header on.

    ``time_ns`` is the kernel's time of the capture (CLOCK_REALTIME), ``sent`` says that the host sent or forwarded it.
    """

    time_ns: int
    sent: bool
    device: str
    hexadecimal: str

    @property
    def data(self) -> bytes:
        """The packet's bytes."""
        return bytes.fromhex(self.hexadecimal)


@dataclass(frozen=True, slots=True)
class SeenSocket:
    """A TCP socket of the host's kernel for the watched port, as it was when it was asked for at ``time_ns``.

    ``table`` is the table of ``/proc/net`` that it stands in, ``tcp`` or ``tcp6``; ``state`` has netstat's name. A
    connection that changed is seen once in each state that it was met in; states that are over sooner are not.
    """

    time_ns: int
    table: str
    state: str
    local: str
    remote: str


@dataclass(frozen=True, slots=True)
class Counted:
    """A counter of the host's kernel under its name in ``/proc/net``, and by how much it went up while watched."""

    name: str
    by: int


@dataclass(frozen=True, slots=True)
class Noticed:
    """What a program of the host got to know of the watched port, by its own record.

    ``call`` is the call that told it (``accept()``, ``recv()``, ``recvfrom()``) and returned at ``time_ns``; ``size``
    is how many bytes it gave, 0 for the end of the connection, None where the call gives none. ``error`` names the
    errno with which the call failed.
    """

    time_ns: int
    call: str
    port: int
    peer: str
    size: int | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Sight:
    """All that one host of the lab saw between ``began_ns`` and ``ended_ns`` of what is ``watched``.

    ``kind`` is ``real``, ``simulated`` or ``router``. A simulated host has no kernel of its own and no programs, so
    only its packets are there. ``described`` is the answer that the host's description has for the probe; None where
    it has none. ``complete`` is False where there was more than is kept.
    """

    host: str
    kind: str
    watched: Watched
    began_ns: int
    ended_ns: int
    packets: tuple[SeenPacket, ...] = ()
    sockets: tuple[SeenSocket, ...] = ()
    counted: tuple[Counted, ...] = ()
    noticed: tuple[Noticed, ...] = ()
    described: str | None = None
    complete: bool = True
