"""Links of other kinds than a cable: the scanner's address is on a bridge, a macvlan, a tunnel or a TUN device."""

import fcntl
import os
import select
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace

from tests.namespaces import Link, inside, link, run

_TUNSETIFF, _IFF_TUN, _IFF_TAP, _IFF_NO_PI = 0x400454CA, 1, 2, 0x1000
_EVERYTHING = 3
_TAG = bytes.fromhex("81000005")
"""IEEE 802.1Q: VLAN 5."""


@contextmanager
def link_of_kind(kind: str) -> Iterator[Link]:
    """A pair of namespaces joined by a link of one of ``KINDS``, with the usual addresses."""
    with link() as made, ExitStack() as held:
        yield KINDS[kind](made, held)


def _cable(made: Link, held: ExitStack) -> Link:
    return made


def _bridge(made: Link, held: ExitStack) -> Link:
    """The cable is a port of a bridge, which has the address."""
    made.at_scanner("ip", "link", "add", "above", "type", "bridge")
    made.at_scanner("ip", "link", "set", made.scanner_device, "master", "above")
    return _moved(made, "above", made.target_device)


def _macvlan(made: Link, held: ExitStack) -> Link:
    lower = made.scanner_device
    made.at_scanner("ip", "link", "add", "link", lower, "name", "above", "type", "macvlan", "mode", "bridge")
    return _moved(made, "above", made.target_device)


def _vxlan(made: Link, held: ExitStack) -> Link:
    one, other = "10.98.0.1", "10.98.0.2"
    ends = (made.at_scanner, made.scanner_device, one, other), (made.at_target, made.target_device, other, one)
    for at, device, here, there in ends:
        at("ip", "addr", "add", f"{here}/24", "dev", device)
        name = ("ip", "link", "add", "above", "type", "vxlan", "id", "5", "dev", device)
        at(*name, "remote", there, "dstport", "4789")
    return _moved(made, "above", "above")


def _tun(made: Link, held: ExitStack) -> Link:
    return _carried(made, held, _IFF_TUN)


def _tap(made: Link, held: ExitStack) -> Link:
    return _carried(made, held, _IFF_TAP)


def _tagged_too(made: Link, held: ExitStack) -> Link:
    """All that the target sends comes a second time, with the number of a VLAN that the scanner has no part in."""
    with inside(made.target):
        sock = held.enter_context(socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.ntohs(_EVERYTHING)))
    sock.bind((made.target_device, _EVERYTHING))
    sock.settimeout(0.2)
    over = threading.Event()

    def repeat() -> None:
        while not over.is_set():
            with suppress(TimeoutError):
                frame, address = sock.recvfrom(1 << 16)
                if address[2] == socket.PACKET_OUTGOING and frame[12:14] in (b"\x08\x00", b"\x86\xdd"):
                    sock.send(frame[:12] + _TAG + frame[12:])

    _in_a_thread(held, over, repeat)
    return made


KINDS: dict[str, Callable[[Link, ExitStack], Link]] = {
    "cable": _cable,
    "bridge": _bridge,
    "macvlan": _macvlan,
    "vxlan": _vxlan,
    "tun": _tun,
    "tap": _tap,
    "tagged too": _tagged_too,
}


def _moved(made: Link, scanner_device: str, target_device: str) -> Link:
    """The addresses move to other devices."""
    moves = (
        (made.scanner, made.scanner_device, scanner_device, Link.own),
        (made.target, made.target_device, target_device, Link.address),
    )
    for name, old, new, addresses in moves:
        for family, length in ((4, 24), (6, 64)):
            run("ip", "-n", name, "addr", "del", f"{addresses[family]}/{length}", "dev", old)
            nodad = ("nodad",) if family == 6 else ()
            run("ip", "-n", name, "addr", "add", f"{addresses[family]}/{length}", "dev", new, *nodad)
        run("ip", "-n", name, "link", "set", new, "up")
    return replace(made, scanner_device=scanner_device, target_device=target_device)


def _carried(made: Link, held: ExitStack, mode: int) -> Link:
    """Two TUN or TAP devices, and a thread that carries what the one sends to the other."""
    ends = []
    for name in (made.scanner, made.target):
        with inside(name):
            end = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
            held.callback(os.close, end)
            fcntl.ioctl(end, _TUNSETIFF, struct.pack("16sH", b"above", mode | _IFF_NO_PI))
        ends.append(end)
    moved = _moved(made, "above", "above")
    over = threading.Event()

    def carry() -> None:
        while not over.is_set():
            for end in select.select(ends, [], [], 0.2)[0]:
                with suppress(BlockingIOError):
                    while True:
                        data = os.read(end, 1 << 16)
                        with suppress(OSError):
                            os.write(ends[1 - ends.index(end)], data)

    _in_a_thread(held, over, carry)
    return moved


def _in_a_thread(held: ExitStack, over: threading.Event, work: Callable[[], None]) -> None:
    """Have a thread work until the link is taken apart, which sets ``over``."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    held.callback(thread.join)
    held.callback(over.set)
