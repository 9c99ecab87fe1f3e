"""The way to a host: the routers that told of themselves when a probe's time to live ran out."""

from typing import NamedTuple


class Hop(NamedTuple):
    """Who answered a probe that could make ``ttl`` hops; ``rtt_us`` is None where no round trip was measured."""

    ttl: int
    address: str
    rtt_us: int | None


class Trace(NamedTuple):
    """The hops that answered, nearest first; those between them were silent.

    ``protocol`` is what the probes were (``tcp``, ``udp``, ``icmp``), empty where the host is on the link and none was
    needed; ``port`` is 0 where the protocol has none. ``reached``: the last hop is the host itself.
    """

    protocol: str
    port: int
    hops: tuple[Hop, ...]
    reached: bool
