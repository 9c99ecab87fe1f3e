"""Discovery on the link: ARP requests or neighbour solicitations of our own, many at once."""

import socket
import struct
import sys
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from tui_scan.engine.discovery import filters
from tui_scan.engine.discovery.evidence import Evidence
from tui_scan.engine.discovery.ground import Ground
from tui_scan.engine.transport.copies import once
from tui_scan.engine.transport.inbox import Inbox
from tui_scan.engine.transport.link import framed, listen_for
from tui_scan.engine.transport.rtnetlink import link_address
from tui_scan.engine.transport.sendmmsg import Sent, send_rows
from tui_scan.engine.wire.link import MAC, arp_requests, group_macs, solicitations
from tui_scan.model.reasons import Reason

Bytes = npt.NDArray[np.uint8]
Index = npt.NDArray[np.int64]

RATE = 10_000.0
"""Requests a second: every host on the link has to look at each broadcast."""
WAITS = (0.4, 1.2)
"""Seconds to wait for answers between tries, and after the last: on a link they come soon or never."""
_TYPES = {4: 0x0806, 6: 0x86DD}
_NAME = struct.Struct("=HHiHBB8s")
_PACKET = 17
_BROADCAST = np.full(MAC, 255, np.uint8)
_BUILDERS: dict[int, Callable[[bytes, Bytes, Bytes], Bytes]] = {4: arp_requests, 6: solicitations}
_REASONS = {4: Reason.ARP_RESPONSE, 6: Reason.ND_RESPONSE}
_TARGET = {4: (14, 18), 6: (48, 64)}
"""Where an answer names the address that was asked for."""
_ARP_MAC, _ND_MAC = 8, 66
_TARGET_OPTION = (2, 1)
"""Type and length of the target link-layer address option (RFC 4861 §4.6.1)."""


class LinkWay:
    """Asks hosts whose next hop is themselves; ``interfaces`` are their numbers by host."""

    count = 1
    rate = RATE
    waits = WAITS
    looked_for = False

    def __init__(self, ground: Ground, interfaces: npt.NDArray[np.uint32]) -> None:
        self._ground, self._interfaces = ground, interfaces
        self._family = ground.scan.hosts.family
        self._macs = {int(number): link_address(int(number)) for number in set(interfaces.tolist()) if number}
        code = once(strangers=ground.scan.request.borrows_address) + filters.link_answers(self._family)
        self._inbox = Inbox(ground.sockets, code)
        self._spoofed = self._spoof(ground) if ground.scan.request.packets.mac is not None else None

    def close(self) -> None:
        """Close the sockets."""
        self._inbox.close()
        if self._spoofed is not None:
            self._spoofed.close()

    def send(self, hosts: Index, number: int, tries: int) -> None:
        """Ask for the link addresses of these hosts."""
        ground, wire = self._ground, self._ground.scan.hosts.wire
        for interface, mac in self._macs.items():
            mine = hosts[self._interfaces[hosts] == interface]
            if not len(mine):
                continue
            packets = _BUILDERS[self._family](mac, ground.sources[mine], wire[mine])
            sent = self._send(packets, self._names(interface, wire[mine]), mac)
            ground.finds.sent(mine, number, tries, sent.times_ns)
            ground.show(True, packets, sent.times_ns)
            for row, code in sent.faults:
                ground.finds.refused(int(mine[row]), code)

    def collect(self, timeout: float) -> None:
        """Enter what has come; wait for it at most ``timeout`` seconds."""
        if timeout:
            self._inbox.wait(timeout)
        while (arrived := self._inbox.take()) is not None:
            self._ground.show(False, arrived.packets, arrived.times_ns)
            self._enter(arrived.packets, arrived.times_ns)

    def _spoof(self, ground: Ground) -> socket.socket:
        """Ask in the name of another Ethernet address, and hear what comes for it: a socket for whole frames."""
        mac = ground.scan.request.packets.own_mac(ground.key)
        for interface in self._macs:
            self._macs[interface] = mac
            listen_for(self._inbox.socket, interface, mac)
        return ground.sockets.packet_raw()

    def _send(self, packets: Bytes, names: Bytes, mac: bytes) -> Sent:
        if self._spoofed is None:
            return send_rows(self._inbox.socket, packets, names)
        return send_rows(self._spoofed, framed(packets, names, mac), names)

    def _names(self, interface: int, targets: Bytes) -> Bytes:
        """Rows of struct sockaddr_ll (packet(7))."""
        head = _NAME.pack(_PACKET, _swapped(_TYPES[self._family]), interface, 0, 0, MAC, bytes(8))
        names = np.tile(np.frombuffer(head, np.uint8), (len(targets), 1))
        names[:, 12 : 12 + MAC] = _BROADCAST if self._family == 4 else group_macs(targets)
        return names

    def _enter(self, packets: Bytes, times_ns: npt.NDArray[np.int64]) -> None:
        hosts = self._ground.scan.hosts
        first, last = _TARGET[self._family]
        host = hosts.find(packets[:, first:last])
        asked = (host >= 0) & (self._interfaces[np.maximum(host, 0)] > 0)
        rows = np.flatnonzero(asked)
        count = len(rows)
        if not count:
            return
        nothing = np.zeros(count, np.int64)
        reasons = np.full(count, _REASONS[self._family], np.uint8)
        proof = Evidence(rows, host[rows], nothing, nothing, nothing == 0, reasons, nothing.astype(np.uint8))
        for position in self._ground.finds.answered(proof, times_ns).tolist():
            row = int(rows[position])
            mac = self._mac(packets[row])
            if mac:
                hosts.macs[int(host[row])] = mac.hex(":")

    def _mac(self, packet: Bytes) -> bytes:
        if self._family == 4:
            return packet[_ARP_MAC : _ARP_MAC + MAC].tobytes()
        told = (int(packet[_ND_MAC - 2]), int(packet[_ND_MAC - 1])) == _TARGET_OPTION
        return packet[_ND_MAC : _ND_MAC + MAC].tobytes() if told else b""


def _swapped(number: int) -> int:
    """A 16-bit number in network byte order, as the kernel's structures hold it."""
    return int.from_bytes(number.to_bytes(2, "big"), sys.byteorder)
