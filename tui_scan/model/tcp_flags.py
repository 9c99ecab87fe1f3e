"""The TCP flags (RFC 9293 §3.1) as numbers and as names."""

FIN, SYN, RST, PSH, ACK, URG, ECE, CWR = (1 << bit for bit in range(8))

FLAGS = {"URG": URG, "ACK": ACK, "PSH": PSH, "RST": RST, "SYN": SYN, "FIN": FIN, "ECE": ECE, "CWR": CWR}
"""The flags by name, in the order in which they are written."""


def flag_names(flags: int) -> str:
    """``SYN,FIN``; ``no flag`` where none is set."""
    return ",".join(name for name, flag in FLAGS.items() if flags & flag) or "no flag"
