"""ARP packets in words (RFC 826)."""

import socket

ARP = bytes([0, 1, 8, 0, 6, 4])
"""How an ARP packet for IPv4 on Ethernet begins."""

LENGTH = 28


def arp_words(data: bytes) -> str:
    """``ARP who has 10.0.0.2? tell 10.0.0.1``, or the answer."""
    asker, asked = socket.inet_ntop(socket.AF_INET, data[14:18]), socket.inet_ntop(socket.AF_INET, data[24:28])
    if data[7] == 1:
        return f"ARP who has {asked}? tell {asker}"
    return f"ARP {asker} is at {data[8:14].hex(':')}"
