"""What a person asked for: the one record that the form and the command line both build."""

from dataclasses import dataclass, field
from enum import StrEnum

from tui_scan.model.discovery import USUAL_DISCOVERY, Aim, Discovery
from tui_scan.model.packet_form import AS_USUAL, PacketForm
from tui_scan.model.techniques import Technique
from tui_scan.model.third_party import NOBODY, ThirdParties
from tui_scan.model.timing import TEMPLATES, Timing

DEFAULT_CAPTURE_MEMORY = 96 << 20


class Resolve(StrEnum):
    """Whether addresses are looked up for names (``-n``, default, ``-R``)."""

    NEVER = "never"
    UP = "up"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class ScanRequest:
    """A scan as it was asked for, before anything is resolved or judged.

    ``targets``, ``excludes`` and ``ports`` are expressions as typed (see ``scope``); ``ports`` is None for
    the default set. ``family`` is 4, 6 or None (told by the targets, else 4). ``techniques`` holds at most
    one technique a protocol; empty means SYN where that is possible, else connect. ``shard`` (k, n) asks for
    part k of n (see ``scope.shards``). ``scan_flags`` are the flags of TCP probes (0 to 255) where they are not
    those of the technique, whose reading of the answers stays. ``aim`` says how far the scan goes, ``discovery`` how
    hosts that are up are found, ``trace`` asks for the routers on the way. ``name_servers`` are asked for names in
    place of the system's; with ``system_dns`` the system's resolver is.

    ``exclude_ports`` are ports never probed. ``top_ports`` asks for the most frequent ports, that many a protocol,
    ``port_ratio`` for those that are open on at least this share of hosts (0 to 1), both among ``ports`` if given.
    ``datadir`` is the directory of an installed nmap whose names and frequencies hold. ``packets`` says how packets
    are written and sent, ``third`` who else takes part. ``capture_memory`` are the bytes of memory that hold
    the packets of a technique; the rest goes to disk.
    """

    targets: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    ports: str | None = None
    techniques: tuple[Technique, ...] = ()
    family: int | None = None
    resolve: Resolve = Resolve.UP
    timing: Timing = field(default=TEMPLATES[3])
    interface: str | None = None
    randomize: bool = True
    authorized: bool = False
    shard: tuple[int, int] = (1, 1)
    scan_flags: int | None = None
    aim: Aim = Aim.PORTS
    discovery: Discovery = USUAL_DISCOVERY
    trace: bool = False
    name_servers: tuple[str, ...] = ()
    system_dns: bool = False
    exclude_ports: str | None = None
    top_ports: int | None = None
    port_ratio: float | None = None
    datadir: str | None = None
    packets: PacketForm = AS_USUAL
    third: ThirdParties = NOBODY
    capture_memory: int = DEFAULT_CAPTURE_MEMORY

    @property
    def borrows_address(self) -> bool:
        """Whether probes leave from an address, of Ethernet or IP, that is not of the interface."""
        return self.packets.mac is not None or self.third.source is not None
