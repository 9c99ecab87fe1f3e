"""nmap's timing templates T0 to T5 and the options that change them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    """How fast and how patiently a scan probes. Times are in milliseconds, rates in packets a second.

    The defaults are those of ``-T3``. ``None`` means that no limit is set. ``max_wait`` bounds the slow phase
    in which silent UDP ports wait for a target that limits its ICMP errors. ``min_parallelism`` and
    ``max_parallelism`` count the probes in flight, ``max_hostgroup`` the hosts that are worked at the same time; all
    hosts are one group where it is None, so that ``min_hostgroup`` can only bound it.
    """

    name: str = "normal"
    initial_rtt_timeout: int = 1000
    min_rtt_timeout: int = 100
    max_rtt_timeout: int = 10_000
    max_retries: int = 10
    max_parallelism: int | None = None
    scan_delay: int = 0
    max_tcp_delay: int = 1000
    host_timeout: int | None = None
    min_rate: float | None = None
    max_rate: float | None = None
    max_wait: int | None = None
    min_parallelism: int | None = None
    min_hostgroup: int | None = None
    max_hostgroup: int | None = None


TEMPLATES = (
    Timing("paranoid", 300_000, 100, 300_000, 10, 1, 300_000, 300_000),
    Timing("sneaky", 15_000, 100, 15_000, 10, 1, 15_000, 15_000),
    Timing("polite", 1000, 100, 10_000, 10, 1, 400, 1000),
    Timing("normal"),
    Timing("aggressive", 500, 100, 1250, 6, max_tcp_delay=10),
    Timing("insane", 250, 50, 300, 2, max_tcp_delay=5, host_timeout=900_000),
)
"""``-T0`` to ``-T5``, by index; source: nmap's reference guide, "Timing and Performance"."""
