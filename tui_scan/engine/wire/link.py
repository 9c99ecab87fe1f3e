"""Whole batches of questions for link addresses: ARP requests and neighbour solicitations."""

import numpy as np
import numpy.typing as npt

from tui_scan.engine.wire.build import transport_checksum
from tui_scan.engine.wire.checksum import put

Bytes = npt.NDArray[np.uint8]

MAC = 6
_ARP_HEAD = np.frombuffer(bytes.fromhex("0001080006040001"), np.uint8)
"""Ethernet, IPv4, their address lengths, and the operation: request (RFC 826)."""
_ICMP6, _SOLICITATION = 58, 135
_NODES = np.frombuffer(bytes.fromhex("ff0200000000000000000001ff"), np.uint8)
_GROUP_MAC = np.frombuffer(bytes.fromhex("3333ff"), np.uint8)
_LENGTH = 32


def arp_requests(own_mac: bytes, sources: Bytes, targets: Bytes) -> Bytes:
    """ARP requests (RFC 826) without link header, shape (n, 28)."""
    packets = np.zeros((len(targets), 28), np.uint8)
    packets[:, :8] = _ARP_HEAD
    packets[:, 8:14] = np.frombuffer(own_mac, np.uint8)
    packets[:, 14:18] = sources
    packets[:, 24:28] = targets
    return packets


def solicitations(own_mac: bytes, sources: Bytes, targets: Bytes) -> Bytes:
    """Neighbour solicitations (RFC 4861 §4.3) to the targets' solicited-node groups, from the IPv6 header on."""
    packets = np.zeros((len(targets), 40 + _LENGTH), np.uint8)
    packets[:, 0], packets[:, 5], packets[:, 6], packets[:, 7] = 0x60, _LENGTH, _ICMP6, 255
    packets[:, 8:24] = sources
    packets[:, 24:37] = _NODES
    packets[:, 37:40] = targets[:, 13:]
    packets[:, 40] = _SOLICITATION
    packets[:, 48:64] = targets
    packets[:, 64], packets[:, 65] = 1, 1
    packets[:, 66:72] = np.frombuffer(own_mac, np.uint8)
    put(packets, 42, transport_checksum(packets, 6, _ICMP6, 40))
    return packets


def group_macs(targets: Bytes) -> Bytes:
    """The Ethernet addresses of the targets' solicited-node groups (RFC 2464 §7), shape (n, 6)."""
    macs = np.empty((len(targets), MAC), np.uint8)
    macs[:, :3] = _GROUP_MAC
    macs[:, 3:] = targets[:, 13:]
    return macs
