"""The packet options at work: packets as the techniques write them become what the person asked for."""

import numpy as np

from tui_scan.engine.wire.build import TCP, UDP, Bytes, transport_checksum
from tui_scan.engine.wire.checksum import finish, put, word_sums
from tui_scan.engine.wire.crc32c import crc32c
from tui_scan.engine.wire.fragments import fragments, seal
from tui_scan.engine.wire.pings import ICMP, ICMP6, IGMP, SCTP
from tui_scan.model.ip_options import parse_ip_options
from tui_scan.model.packet_form import PacketForm

_SUM_AT = {4: {TCP: 16, UDP: 6, SCTP: 8, ICMP: 2, IGMP: 2}, 6: {TCP: 16, UDP: 6, SCTP: 8, ICMP6: 2}}
"""Where the checksum stands behind the IP header, by family and protocol."""
_WITHOUT_PSEUDO = (ICMP, IGMP)
_SCTP_HEAD, _INIT = 12, 1
_PAD_PARAMETER, _PAD_CHUNK = b"\x80\x05", b"\x84\x00"
"""What carries bytes that mean nothing in an INIT and behind other chunks (RFC 4820 §3 and §4)."""
_FLIPPED, _NEVER_ZERO = 0x0101, 0x0202


class Rewrite:
    """Changes batches of packets of one family, all of one length and with the same kind of body.

    ``key`` is the scan's, from which random data follow.
    """

    def __init__(self, form: PacketForm, family: int, key: int) -> None:
        self._family, self._start = family, 20 if family == 4 else 40
        self._data = form.payload(key) if form.has_data else b""
        self._ttl, self._bad, self._mtu = form.ttl, form.bad_sums, form.mtu
        options = parse_ip_options("--ip-options", form.ip_options) if form.ip_options else None
        self._options = options.data if options else b""
        self._first_hop = options.first_hop if options else None

    @property
    def cuts(self) -> bool:
        """Whether packets may become several."""
        return self._mtu is not None

    def rewritten(self, packets: Bytes) -> list[Bytes]:
        """The packets as they are to leave; where they are cut, all first fragments, all second ones and so on."""
        protocol = int(packets[0, 9 if self._family == 4 else 6])
        packets = self._with_data(packets, protocol) if self._data else packets.copy()
        sum_at = _SUM_AT[self._family].get(protocol) if packets.shape[1] > self._start else None
        if sum_at is not None and self._data:
            self._write_sums(packets, protocol, self._start + sum_at)
        if sum_at is not None and self._bad:
            _spoil(packets, self._start + sum_at)
        if self._ttl is not None:
            packets[:, 8 if self._family == 4 else 7] = self._ttl
        if self._family == 6:
            return [packets]
        packets = self._with_options(packets)
        seal(packets, self._start + len(self._options))
        return [packets] if self._mtu is None else fragments(packets, self._mtu)

    def _with_data(self, packets: Bytes, protocol: int) -> Bytes:
        """The packets with the data behind them, and the lengths in their headers set right."""
        data, chunk = self._data, self._start + _SCTP_HEAD
        sctp = protocol == SCTP and packets.shape[1] > self._start
        init = sctp and int(packets[0, chunk]) == _INIT
        if sctp:
            size = (len(data) + 4).to_bytes(2, "big")
            data = (_PAD_PARAMETER if init else _PAD_CHUNK) + size + data + bytes(-len(data) % 4)
        tail = np.broadcast_to(np.frombuffer(data, np.uint8), (len(packets), len(data)))
        longer = np.concatenate([packets, tail], axis=1)
        length = longer.shape[1]
        at, whole = (2, length) if self._family == 4 else (4, length - self._start)
        _write(longer, at, whole)
        if protocol == UDP:
            _write(longer, self._start + 4, length - self._start)
        if init:
            _write(longer, chunk + 2, packets.shape[1] - chunk + 4 + len(self._data))
        return longer

    def _write_sums(self, packets: Bytes, protocol: int, at: int) -> None:
        if protocol == SCTP:
            packets[:, at : at + 4] = 0
            packets[:, at : at + 4] = crc32c(packets[:, self._start :]).astype("<u4").view(np.uint8).reshape(-1, 4)
            return
        packets[:, at : at + 2] = 0
        if protocol in _WITHOUT_PSEUDO:
            body = packets[:, self._start :]
            padding = np.zeros((len(body), body.shape[1] % 2), np.uint8)
            sums = finish(word_sums(np.concatenate([body, padding], axis=1)))
        else:
            sums = transport_checksum(packets, self._family, protocol, self._start)
        if protocol == UDP:
            sums[sums == 0] = 0xFFFF
        put(packets, at, sums)

    def _with_options(self, packets: Bytes) -> Bytes:
        """IPv4 packets with the options behind their header; of a source route the target is the last hop."""
        if not self._options:
            return packets
        options = np.tile(np.frombuffer(self._options, np.uint8), (len(packets), 1))
        if self._first_hop is not None:
            options[:, -4:] = packets[:, 16:20]
        longer = np.concatenate([packets[:, : self._start], options, packets[:, self._start :]], axis=1)
        if self._first_hop is not None:
            longer[:, 16:20] = np.frombuffer(self._first_hop, np.uint8)
        longer[:, 0] = 0x40 | (self._start + len(self._options)) // 4
        _write(longer, 2, longer.shape[1])
        return longer


def _spoil(packets: Bytes, at: int) -> None:
    """Make checksums wrong: by bits that no way of writing zero hides, and never to UDP's sign for no checksum."""
    sums = packets[:, at].astype(np.uint16) << 8 | packets[:, at + 1]
    wrong = np.where(sums == _FLIPPED, _NEVER_ZERO, sums ^ _FLIPPED).astype(">u2")
    packets[:, at : at + 2] = wrong.view(np.uint8).reshape(-1, 2)


def _write(packets: Bytes, at: int, value: int) -> None:
    packets[:, at : at + 2] = np.frombuffer(value.to_bytes(2, "big"), np.uint8)
