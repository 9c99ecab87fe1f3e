"""TCP options: those that a SYN offers, and those that a SYN-ACK may then have."""

import struct

_KINDS = {"mss": 2, "wscale": 3, "sack": 4, "timestamp": 8}
_WRAP = 1 << 32


def read(data: bytes) -> dict[int, bytes]:
    """The options by kind, as far as they can be read (RFC 9293 §3.1)."""
    offered: dict[int, bytes] = {}
    offset = 0
    while offset < len(data) and data[offset]:
        if data[offset] == 1:
            offset += 1
            continue
        length = data[offset + 1] if offset + 1 < len(data) else 0
        if length < 2:
            break
        offered[data[offset]] = data[offset + 2 : offset + length]
        offset += length
    return offered


def agreed(options: tuple[str, ...], offered: dict[int, bytes], milliseconds: int) -> bytes:
    """The SYN-ACK's options: beside MSS only those that the SYN offered (RFC 7323 §1.3, RFC 2018 §2).

    Where one is left out, so is the padding that aligned it.
    """
    named = [option.partition("=") for option in options]
    agrees = [name == "mss" or name == "nop" or _KINDS[name] in offered for name, _, _ in named]
    whole = all(agrees)
    written = b""
    for (name, _, value), chosen in zip(named, agrees, strict=True):
        if not chosen or (name == "nop" and not whole):
            continue
        if name == "mss":
            written += struct.pack(">BBH", 2, 4, int(value) & 0xFFFF)
        elif name == "wscale":
            written += struct.pack(">BBB", 3, 3, int(value))
        elif name == "sack":
            written += b"\x04\x02"
        elif name == "timestamp":
            echoed = offered[8][:4].ljust(4, b"\0")
            written += struct.pack(">BBI", 8, 10, milliseconds % _WRAP) + echoed
        else:
            written += b"\x01"
    return written + bytes(-len(written) % 4)
