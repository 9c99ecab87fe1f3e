"""The classic BPF filter of a scan: its answers, its ICMP errors and the own kernel's resets, nothing else."""

import ctypes
import socket
import struct

SO_ATTACH_FILTER = 26
_LD_B_ABS, _LD_H_ABS, _LD_W_ABS = 0x30, 0x28, 0x20
_LDX_MSH, _LD_B_IND, _LD_H_IND, _LDX_IMM = 0xB1, 0x50, 0x48, 0x01
_JEQ, _JGE, _JGT, _JSET, _RET, _AND, _RSH = 0x15, 0x35, 0x25, 0x45, 0x06, 0x54, 0x74
_PACKET_TYPE = 0xFFFFF004
"""SKF_AD_OFF + SKF_AD_PKTTYPE: the packet's direction (linux/filter.h)."""
_OUTGOING = 4
_WHOLE = 0x40000
_RST = 0x04

_ICMP_ERRORS = {4: (3, 11), 6: (1, 3)}
Instruction = tuple[int, str | int, str | int, int]


def scan_filter(family: int, first_port: int, last_port: int) -> bytes:
    """Filter code for packets that begin with their IP header (SOCK_DGRAM packet sockets).

    Accepts TCP and UDP to a port in ``first_port..last_port`` and ICMP errors where they come in, and TCP
    resets from one of these ports where they go out (those are the own kernel's). Fragments are left out.
    """
    version = _version_check(family)
    icmp = 1 if family == 4 else 58
    protocol_at = 9 if family == 4 else 6
    program: list[tuple[str | None, Instruction]] = [
        *version,
        (None, (_LD_B_ABS, 0, 0, protocol_at)),
        (None, (_JEQ, "tcp", 0, 6)),
        (None, (_JEQ, "udp", 0, 17)),
        (None, (_JEQ, "icmp", "drop", icmp)),
        ("icmp", (_LD_W_ABS, 0, 0, _PACKET_TYPE)),
        (None, (_JEQ, "drop", 0, _OUTGOING)),
        (None, (_LD_B_IND, 0, 0, 0)),
        (None, (_JEQ, "accept", 0, _ICMP_ERRORS[family][0])),
        (None, (_JEQ, "accept", "drop", _ICMP_ERRORS[family][1])),
        ("udp", (_LD_W_ABS, 0, 0, _PACKET_TYPE)),
        (None, (_JEQ, "drop", "inbound", _OUTGOING)),
        ("tcp", (_LD_W_ABS, 0, 0, _PACKET_TYPE)),
        (None, (_JEQ, "outbound", "inbound", _OUTGOING)),
        ("inbound", (_LD_H_IND, 0, 0, 2)),
        (None, (_JGE, 0, "drop", first_port)),
        (None, (_JGT, "drop", "accept", last_port)),
        ("outbound", (_LD_B_IND, 0, 0, 13)),
        (None, (_JSET, 0, "drop", _RST)),
        (None, (_LD_H_IND, 0, 0, 0)),
        (None, (_JGE, 0, "drop", first_port)),
        (None, (_JGT, "drop", 0, last_port)),
        ("accept", (_RET, 0, 0, _WHOLE)),
        ("drop", (_RET, 0, 0, 0)),
    ]
    return _assemble(program)


def attach(sock: socket.socket, code: bytes) -> None:
    """Attach filter code to a socket."""
    buffer = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("HL", len(code) // 8, ctypes.addressof(buffer))
    sock.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)


def _version_check(family: int) -> list[tuple[str | None, Instruction]]:
    """The IP version, no fragment, and X set to where the transport header begins."""
    nibble: list[tuple[str | None, Instruction]] = [
        (None, (_LD_B_ABS, 0, 0, 0)),
        (None, (_RSH, 0, 0, 4)),
        (None, (_JEQ, 0, "drop", family)),
    ]
    if family == 6:
        return [*nibble, (None, (_LDX_IMM, 0, 0, 40))]
    return [
        *nibble,
        (None, (_LD_H_ABS, 0, 0, 6)),
        (None, (_JSET, "drop", 0, 0x1FFF)),
        (None, (_LDX_MSH, 0, 0, 0)),
    ]


def _assemble(program: list[tuple[str | None, Instruction]]) -> bytes:
    """Resolve the labels of jumps; a jump to 0 goes on with the next instruction."""
    labels = {label: number for number, (label, _) in enumerate(program) if label}
    code = b""
    for number, (_, (operation, true, false, value)) in enumerate(program):
        jumps = (labels[target] - number - 1 if isinstance(target, str) else target for target in (true, false))
        code += struct.pack("=HBBI", operation, *jumps, value)
    return code
