"""How packets are written and sent, where that is not as usual: nmap's packet options as one record."""

from dataclasses import dataclass, fields
from enum import StrEnum


class Way(StrEnum):
    """How packets leave: as is best for each host, in Ethernet frames of our own, or through the kernel's IP."""

    USUAL = "usual"
    ETHERNET = "ethernet"
    IP = "ip"


@dataclass(frozen=True, slots=True)
class PacketForm:
    """What the packet options ask for; the defaults leave packets as they are.

    ``mtu`` cuts what follows the IPv4 header into fragments of so many bytes, a multiple of 8. ``source_port`` is that
    of all probes. At most one of ``data`` (hexadecimal digits), ``data_string`` and ``data_length`` (that many random
    bytes) is set. ``ttl`` is the time to live or hop limit. ``ip_options`` are as typed (see ``ip_options``).
    ``bad_sums`` makes every transport checksum wrong. ``mac`` are the first digits of the Ethernet address that frames
    claim to come from (hexadecimal, the rest is random), "" for an address that is random throughout.
    """

    mtu: int | None = None
    source_port: int | None = None
    data: str | None = None
    data_string: str | None = None
    data_length: int | None = None
    ttl: int | None = None
    ip_options: str | None = None
    bad_sums: bool = False
    mac: str | None = None
    way: Way = Way.USUAL

    @property
    def has_data(self) -> bool:
        """Whether probes carry bytes that were asked for, be they none."""
        return (self.data, self.data_string, self.data_length) != (None, None, None)

    @property
    def size(self) -> int:
        """How many bytes these are."""
        return len(self.payload(0)) if self.has_data else 0

    @property
    def ethernet(self) -> bool:
        """Whether every packet has to leave in an Ethernet frame of our own."""
        return self.way is Way.ETHERNET or self.mac is not None

    @property
    def by_kernel(self) -> bool:
        """Whether the kernel is to route and send every packet."""
        return self.way is Way.IP

    @property
    def rewrites(self) -> bool:
        """Whether packets are to be changed after they were written."""
        return self.has_data or self.bad_sums or (self.mtu, self.ttl, self.ip_options) != (None, None, None)

    @property
    def given(self) -> tuple[str, ...]:
        """The names of the fields that are not as usual."""
        return tuple(one.name for one in fields(self) if getattr(self, one.name) != one.default)

    def payload(self, key: int) -> bytes:
        """The bytes that probes carry; random ones follow from the scan's key, so that a probe can be written again."""
        if self.data is not None:
            return bytes.fromhex(self.data)
        if self.data_string is not None:
            return self.data_string.encode(errors="surrogateescape")
        return _random(key, "data", self.data_length or 0)

    def own_mac(self, key: int) -> bytes:
        """The Ethernet address that frames claim to come from, 6 bytes.

        A first octet that is drawn marks no group and an address of local administration (IEEE 802, §8.2).
        """
        digits = self.mac or ""
        drawn = bytearray(_random(key, "mac", 6))
        drawn[0] = drawn[0] & 0xFC | 0x02
        return bytes.fromhex(digits + drawn.hex()[len(digits) :])


def _random(key: int, purpose: str, count: int) -> bytes:
    import hashlib  # takes milliseconds to load, and few scans need it

    return hashlib.shake_128(f"{purpose} {key}".encode()).digest(count)


AS_USUAL = PacketForm()
