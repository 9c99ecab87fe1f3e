"""Decoys: every packet leaves from other addresses too, ours somewhere among them."""

import ipaddress
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tui_scan.engine.transport.dispatch import Sender
from tui_scan.engine.transport.sendmmsg import Sent
from tui_scan.engine.wire.sources import give_sources

Bytes = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.int64]


class DecoySender:
    """Sends each packet once for each decoy and once as it is; only the latter is told of.

    ``decoys`` are addresses in the order in which they send, "" for the own place. Where that is not among them, the
    order is drawn anew for each packet.
    """

    def __init__(self, sender: Sender, decoys: Sequence[str], family: int, key: int) -> None:
        self._sender, self._family = sender, family
        self._drawn = "" not in decoys
        listed = [*decoys, ""] if self._drawn else list(decoys)
        self._own, self._count = listed.index(""), len(listed)
        width = 4 if family == 4 else 16
        packed = [ipaddress.ip_address(one).packed if one else bytes(width) for one in listed]
        self._sources = np.frombuffer(b"".join(packed), np.uint8).reshape(-1, width)
        self._chance = np.random.default_rng(key)

    def send(self, packets: Bytes, hosts: Numbers) -> Sent:
        """Send rows of ``packets`` to these hosts, given by number, and their copies."""
        order = np.tile(np.arange(self._count), (len(packets), 1))
        if self._drawn:
            order = self._chance.permuted(order, axis=1)
        who = order.reshape(-1)
        rows = np.repeat(packets, self._count, axis=0)
        copies = np.flatnonzero(who != self._own)
        changed = rows[copies]
        give_sources(changed, self._family, self._sources[who[copies]])
        rows[copies] = changed
        sent = self._sender.send(rows, np.repeat(hosts, self._count))
        own = np.flatnonzero(who == self._own)
        row_of = {int(at): row for row, at in enumerate(own)}
        return Sent(sent.times_ns[own], [(row_of[at], code) for at, code in sent.faults if at in row_of])
