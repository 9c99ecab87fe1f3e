"""The decoder beside tshark: the same bytes, the same fields."""

import pathlib
import random
import struct
import subprocess
from collections.abc import Callable

from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import ICMPv6DestUnreach, IPv6

from tui_scan.exchange.steps import Step
from tui_scan.exchange.story import steps_of
from tui_scan.model.packets import Origin, Packet

RAW_IP = 101
"""LINKTYPE_RAW: packets begin with their IP header."""

FIELDS = (
    "ip.ttl",
    "ipv6.hlim",
    "ip.src",
    "ipv6.src",
    "tcp.flags",
    "tcp.seq_raw",
    "tcp.ack_raw",
    "tcp.seq",
    "tcp.ack",
    "tcp.window_size_value",
    "tcp.len",
    "tcp.options.mss_val",
    "udp.length",
    "icmp.type",
    "icmp.code",
    "icmpv6.type",
    "icmpv6.code",
)
LETTERS = "FSRPAUEC"


def tshark(path: str, packets: list[Packet], folder: pathlib.Path) -> list[dict[str, str]]:
    """tshark's fields of each packet; of a field that an ICMP error's quotation has too, the first."""
    capture = folder / "exchange.pcap"
    data = struct.pack("=IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, RAW_IP)
    for packet in packets:
        seconds, rest = divmod(packet.time_ns // 1000, 1_000_000)
        data += struct.pack("=IIII", seconds, rest, len(packet.data), packet.wire_length) + packet.data
    capture.write_bytes(data)
    command = [path, "-n", "-r", str(capture), "-T", "fields", "-E", "separator=;", "-E", "occurrence=f"]
    for field in FIELDS:
        command += ["-e", field]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=180)
    return [dict(zip(FIELDS, line.split(";"), strict=True)) for line in done.stdout.splitlines()]


def conversations(chance: random.Random, count: int) -> list[Packet]:
    """Probes and answers of all kinds, each on ports of its own."""
    packets: list[Packet] = []

    def add(layers: object, origin: Origin, number: int) -> None:
        data = bytes(layers)  # type: ignore[call-overload]
        packets.append(Packet(1_700_000_000_000_000_000 + len(packets) * 1_000_000, origin, data, len(data), number))

    for number in range(1, count + 1):
        six = chance.random() < 0.5
        ip, here, there = (IPv6, "fd00::1", "fd00::2") if six else (IP, "10.0.0.1", "10.0.0.2")
        life = {"hlim" if six else "ttl": chance.randrange(1, 256)}
        port, seq = 20000 + number, chance.randrange(1 << 32)
        out, back = ip(src=here, dst=there, **life), ip(src=there, dst=here, **life)
        probe = TCP(sport=port, dport=22, flags="S", seq=seq, window=1024, options=[("MSS", 1460)])
        kind = chance.choice(["open", "closed", "icmp", "udp"])
        if kind == "udp":
            add(out / UDP(sport=port, dport=53) / chance.randbytes(chance.randrange(30)), Origin.SCANNER, number)
            continue
        add(out / probe, Origin.SCANNER, number)
        acked = (seq + 1) % (1 << 32)
        if kind == "open":
            mine = chance.randrange(1 << 32)
            answer = TCP(sport=22, dport=port, flags="SA", seq=mine, ack=acked, window=chance.randrange(65536))
            add(back / answer, Origin.TARGET, number)
            add(out / TCP(sport=port, dport=22, flags="R", seq=acked, window=0), Origin.KERNEL, number)
        elif kind == "closed":
            add(back / TCP(sport=22, dport=port, flags="RA", seq=0, ack=acked, window=0), Origin.TARGET, number)
        else:
            code = chance.choice([0, 1, 3, 4]) if six else chance.choice([0, 1, 2, 3, 9, 10, 13])
            error = ICMPv6DestUnreach(code=code) if six else ICMP(type=3, code=code)
            add(back / error / out / probe, Origin.TARGET, number)
    return packets


def told(step: Step, fields: dict[str, str]) -> dict[str, str]:
    """What a step says of the fields that tshark found in the packet itself."""
    says = {"ip.ttl" if fields["ip.ttl"] else "ipv6.hlim": str(step.ttl)}
    says["ip.src" if fields["ip.src"] else "ipv6.src"] = step.sender
    if step.summary.startswith("ICMP"):
        kind, _, code = step.summary.rpartition("(")[2].rstrip(")").partition("/")
        name = "icmpv6" if "v6" in step.summary else "icmp"
        return says | {f"{name}.type": kind, f"{name}.code": code}
    if step.summary == "UDP":
        return says | {"udp.length": str((step.payload_length or 0) + 8)}
    flags = sum(1 << LETTERS.index(letter) for letter in step.flags)
    says |= {
        "tcp.flags": f"0x{flags:04x}",
        "tcp.seq_raw": str(step.seq),
        "tcp.ack_raw": str(step.ack),
        "tcp.seq": str(step.seq_relative),
        "tcp.window_size_value": str(step.window),
        "tcp.len": str(step.payload_length),
        "tcp.options.mss_val": step.options.removeprefix("mss="),
    }
    return says | ({"tcp.ack": str(step.ack_relative)} if "A" in step.flags else {})


def test_every_field_is_what_tshark_reads(
    peer: Callable[[str], str], chance: random.Random, tmp_path: pathlib.Path
) -> None:
    packets = conversations(chance, 150)
    steps = steps_of(packets)
    read = tshark(peer("tshark"), packets, tmp_path)
    assert len(read) == len(steps)
    for step, fields in zip(steps, read, strict=True):
        says = told(step, fields)
        assert says == {name: fields[name] for name in says}, step
