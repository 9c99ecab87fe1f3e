"""The classic BPF filter of a scan: its answers, its ICMP errors and the own kernel's resets, nothing else."""

import ctypes
import socket
import struct

from tui_scan.engine.wire.extensions import EXTENSIONS

SO_ATTACH_FILTER = 26
LD_B_ABS, LD_H_ABS, LD_W_ABS = 0x30, 0x28, 0x20
LDX_MSH, LD_B_IND, LD_H_IND, LDX_IMM = 0xB1, 0x50, 0x48, 0x01
JEQ, JGE, JGT, JSET, RET, AND, RSH = 0x15, 0x35, 0x25, 0x45, 0x06, 0x54, 0x74
PACKET_TYPE = 0xFFFFF004
"""SKF_AD_OFF + SKF_AD_PKTTYPE: the packet's direction (linux/filter.h)."""
OUTGOING = 4
WHOLE = 0x40000
RST = 0x04

ICMP_ERRORS = {4: (3, 11), 6: (1, 3, 4)}
ECHO_REPLY = {4: 0, 6: 129}
_QUOTED_PORT = {4: 30, 6: 50}
"""Where an ICMP error has the target port of the packet that it quotes."""
Instruction = tuple[int, str | int, str | int, int]
Program = list[tuple[str | None, Instruction]]
"""Instructions, some with a label; a jump names the label it goes to."""
_INBOUND: Program = [("other", (LD_W_ABS, 0, 0, PACKET_TYPE)), (None, (JEQ, "drop", "accept", OUTGOING))]


def scan_filter(family: int, first_port: int, last_port: int, *, portless: bool = False, looped: bool = False) -> bytes:
    """Filter code for packets that begin with their IP header (SOCK_DGRAM packet sockets).

    Accepts TCP, UDP and SCTP to a port in ``first_port..last_port`` and ICMP errors where they come in, and TCP
    resets from one of these ports and ICMP errors that quote an answer to one where they go out (those are the own
    kernel's). Fragments are left out. What comes in with an IPv6 extension header passes, for all that lies behind it.
    With ``portless``, also echo replies and whatever comes in by other IP protocols. With ``looped``, the own kernel's
    resets also where they come in.
    """
    kinds = (*ICMP_ERRORS[family], *((ECHO_REPLY[family],) if portless else ()))
    extensions = EXTENSIONS if family == 6 else ()
    elsewhere = "outbound" if looped else "drop"
    version = version_check(family)
    icmp = 1 if family == 4 else 58
    protocol_at = 9 if family == 4 else 6
    program: Program = [
        *version,
        (None, (LD_B_ABS, 0, 0, protocol_at)),
        (None, (JEQ, "tcp", 0, 6)),
        (None, (JEQ, "udp", 0, 17)),
        (None, (JEQ, "udp", 0, 132)),
        *((None, (JEQ, "other", 0, number)) for number in extensions),
        (None, (JEQ, "icmp", "other" if portless else "drop", icmp)),
        ("icmp", (LD_W_ABS, 0, 0, PACKET_TYPE)),
        (None, (JEQ, "refusal", 0, OUTGOING)),
        (None, (LD_B_IND, 0, 0, 0)),
        *((None, (JEQ, "accept", 0, kind)) for kind in kinds[:-1]),
        (None, (JEQ, "accept", "drop", kinds[-1])),
        *(_INBOUND if portless or extensions else []),
        *_refusals(family, first_port, last_port),
        ("udp", (LD_W_ABS, 0, 0, PACKET_TYPE)),
        (None, (JEQ, "drop", "inbound", OUTGOING)),
        ("tcp", (LD_W_ABS, 0, 0, PACKET_TYPE)),
        (None, (JEQ, "outbound", "inbound", OUTGOING)),
        ("inbound", (LD_H_IND, 0, 0, 2)),
        (None, (JGE, 0, elsewhere, first_port)),
        (None, (JGT, elsewhere, "accept", last_port)),
        ("outbound", (LD_B_IND, 0, 0, 13)),
        (None, (JSET, 0, "drop", RST)),
        (None, (LD_H_IND, 0, 0, 0)),
        (None, (JGE, 0, "drop", first_port)),
        (None, (JGT, "drop", 0, last_port)),
        ("accept", (RET, 0, 0, WHOLE)),
        ("drop", (RET, 0, 0, 0)),
    ]
    return assemble(program)


def _refusals(family: int, first_port: int, last_port: int) -> Program:
    """ICMP errors that quote a packet to one of these ports; of IPv4 with no options in its header."""
    kinds = ICMP_ERRORS[family]
    return [
        ("refusal", (LD_B_IND, 0, 0, 0)),
        *((None, (JEQ, "quoted", 0, kind)) for kind in kinds[:-1]),
        (None, (JEQ, "quoted", "drop", kinds[-1])),
        ("quoted", (LD_H_IND, 0, 0, _QUOTED_PORT[family])),
        (None, (JGE, 0, "drop", first_port)),
        (None, (JGT, "drop", "accept", last_port)),
    ]


def attach(sock: socket.socket, code: bytes) -> None:
    """Attach filter code to a socket."""
    buffer = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("HL", len(code) // 8, ctypes.addressof(buffer))
    sock.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)


def version_check(family: int) -> Program:
    """The IP version, no fragment, and X set to where the transport header begins."""
    nibble: Program = [
        (None, (LD_B_ABS, 0, 0, 0)),
        (None, (RSH, 0, 0, 4)),
        (None, (JEQ, 0, "drop", family)),
    ]
    if family == 6:
        return [*nibble, (None, (LDX_IMM, 0, 0, 40))]
    return [
        *nibble,
        (None, (LD_H_ABS, 0, 0, 6)),
        (None, (JSET, "drop", 0, 0x1FFF)),
        (None, (LDX_MSH, 0, 0, 0)),
    ]


def assemble(program: Program) -> bytes:
    """Resolve the labels of jumps; a jump to 0 goes on with the next instruction."""
    labels = {label: number for number, (label, _) in enumerate(program) if label}
    code = b""
    for number, (_, (operation, true, false, value)) in enumerate(program):
        jumps = (labels[target] - number - 1 if isinstance(target, str) else target for target in (true, false))
        code += struct.pack("=HBBI", operation, *jumps, value)
    return code
