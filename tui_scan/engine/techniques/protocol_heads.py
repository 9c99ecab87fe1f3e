"""Heads for IPv6 packets of protocols that nobody asks: whole by their formats, and nothing that a host would act on.

Behind an IPv6 header an empty packet of most protocols is malformed, so that whoever reads a capture stumbles over it.
"""

NO_NEXT_HEADER = 59
_NOTHING_FOLLOWS = bytes((NO_NEXT_HEADER,)).ljust(40, b"\0")
"""An extension header without options, behind which nothing comes (RFC 8200 §4.7); to others of no known version."""
_NOWHERE = bytes((0x60, 0, 0, 0, 0, 0, NO_NEXT_HEADER, 1)).ljust(40, b"\0")
"""An IPv6 header from nobody to nobody, with nothing behind it: no tunnel's end hands that on."""

HEADS = {
    33: bytes((0, 0, 0, 0, 5)).ljust(20, b"\0"),  # a DCCP request without a checksum (RFC 4340 §5.1)
    41: _NOWHERE,
    44: bytes((NO_NEXT_HEADER, 0, 0, 1)).ljust(45, b"\0"),  # a first fragment of a wrong length (RFC 8200 §4.5)
    53: _NOWHERE,
    54: bytes(11) + b"\x14" + bytes(8),  # NHRP's fixed part, which tells its length (RFC 2332 §5.2.1)
    88: bytes(20),  # EIGRP's header (RFC 7868 §6.2)
    93: bytes(13) + b"\x01" + bytes(3),  # AX.25: two addresses, the last one marked
    137: bytes((0, 0, 1, 255)).ljust(40, b"\0"),  # one MPLS label, the last of its stack (RFC 3032 §2.1)
}
"""By protocol; see ``head``."""


def head(protocol: int) -> bytes:
    """What stands behind the IPv6 header of a packet of this protocol."""
    return HEADS.get(protocol, _NOTHING_FOLLOWS)
