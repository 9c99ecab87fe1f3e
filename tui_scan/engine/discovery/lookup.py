"""The way back from an answer to the probe that it answers: by ports, identifiers and keys."""

from collections.abc import Iterator
from copy import copy
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tui_scan.engine.discovery.evidence import Bytes, Index, Mask
from tui_scan.engine.discovery.probes import PROTOCOL_PORTS, Probes
from tui_scan.engine.probes import TRIES
from tui_scan.engine.wire.build import TCP, UDP
from tui_scan.engine.wire.pings import ICMP, ICMP6, SCTP
from tui_scan.model.discovery import Ping

_CARRIERS = ((Ping.SYN, TCP), (Ping.ACK, TCP), (Ping.UDP, UDP), (Ping.SCTP, SCTP))


class Carrier(NamedTuple):
    """Probes that a port tells apart: ``table`` gives the probe by port, -1 where there is none."""

    ping: Ping
    protocol: int
    table: Index


class Lookup:
    """The way from ports, identifiers and keys of an answer back to its probe.

    ``single`` gives the probe of a kind without ports, ``bare`` that of an IP protocol which has none, ``echoed`` that
    of the protocol ICMP, which an echo reply answers too.
    """

    def __init__(self, probes: Probes) -> None:
        self.probes = probes
        self.family = probes.hosts.family
        self.icmp = ICMP if self.family == 4 else ICMP6
        self.carriers = [carrier for carrier in self._carriers() if (carrier.table >= 0).any()]
        self.single = {asked.ping: number for number, asked in enumerate(probes.asked) if not asked.port}
        protocols = {asked.port: n for n, asked in enumerate(probes.asked) if asked.ping is Ping.PROTOCOL}
        self.echoed = protocols.pop(self.icmp, None)
        self.bare = {protocol: n for protocol, n in protocols.items() if protocol not in PROTOCOL_PORTS}

    def of_try(self, tries: int) -> "Lookup":
        """The same where every try left from one port, for the answers to one of them."""
        other = copy(self)
        other.probes = self.probes.of_try(tries)
        return other

    def hosts(self, addresses: Bytes) -> Index:
        """The hosts with these addresses, -1 where it is none of the scan."""
        return self.probes.hosts.find(addresses)

    def tries(self, own_port: npt.NDArray[np.integer]) -> Index:
        """The tries that left from these ports, or under these identifiers; 0 where none did."""
        tries = own_port.astype(np.int64) - self.probes.keys.first_port + 1
        return np.where((tries >= 1) & (tries <= TRIES), tries, 0)

    def keys(self, hosts: Index, numbers: Index | int, tries: Index) -> npt.NDArray[np.uint32]:
        """The keyed numbers of these probes; of no use where host or probe is -1."""
        cells = np.maximum(hosts, 0) * len(self.probes.asked) + np.maximum(numbers, 0)
        return self.probes.keys.seq(cells, tries)

    def identified(self, quoted: npt.NDArray[np.uint16], hosts: Index, number: int) -> Mask:
        """Whether the identification of a quoted IPv4 packet is that of any try; IPv6 has none to compare."""
        known = np.zeros(len(hosts), np.bool_)
        if self.family == 6:
            return ~known
        for tries in range(1, TRIES + 1):
            known |= quoted == self.probes.identification(np.maximum(hosts, 0), number, tries)
        return known

    def _carriers(self) -> Iterator[Carrier]:
        for ping, protocol in _CARRIERS:
            table = np.full(65536, -1, np.int64)
            for number, asked in enumerate(self.probes.asked):
                if asked.ping is ping:
                    table[asked.port] = number
            yield Carrier(ping, protocol, table)
        for number, asked in enumerate(self.probes.asked):
            if asked.ping is Ping.PROTOCOL and asked.port in PROTOCOL_PORTS:
                table = np.full(65536, -1, np.int64)
                table[PROTOCOL_PORTS[asked.port]] = number
                yield Carrier(Ping.PROTOCOL, asked.port, table)
