"""Netlink messages: attributes, requests, acknowledgements (RFC 3549 and the kernel's netlink guide).

The lab speaks netlink itself: it needs no ``ip`` and no ``nft``, and starts sooner than with pyroute2.
"""

import os
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Self

REQUEST = 0x01
ACK = 0x04
EXCLUSIVE = 0x200
CREATE = 0x400
APPEND = 0x800

_HEADER = struct.Struct("=IHHII")
_ATTRIBUTE = struct.Struct("=HH")
_NESTED = 0x8000
_ERROR_MESSAGE = 2
_OVERRUN_HINT = "netlink answered with something that is not an acknowledgement"


def attribute(kind: int, value: bytes) -> bytes:
    """One attribute with its header, padded to four bytes."""
    return _ATTRIBUTE.pack(4 + len(value), kind) + value + bytes(-len(value) % 4)


def nested(kind: int, *attributes: bytes) -> bytes:
    """An attribute that holds attributes."""
    return attribute(kind | _NESTED, b"".join(attributes))


def text(kind: int, value: str) -> bytes:
    """An attribute with a NUL-terminated string."""
    return attribute(kind, value.encode() + b"\0")


def u32(kind: int, value: int) -> bytes:
    """An attribute with a number in host byte order, as rtnetlink has them."""
    return attribute(kind, struct.pack("=I", value))


def u32be(kind: int, value: int) -> bytes:
    """An attribute with a number in network byte order, as nftables has them."""
    return attribute(kind, struct.pack(">I", value))


@dataclass(frozen=True, slots=True)
class Message:
    """A request: its type, its flags beside REQUEST, and what follows the netlink header."""

    kind: int
    flags: int
    body: bytes


class Netlink:
    """A netlink socket of the present network namespace; requests are sent and their answers awaited."""

    def __init__(self, family: int) -> None:
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, family)
        self._socket.bind((0, 0))
        self._sequence = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def request(self, purpose: str, *messages: Message) -> None:
        """Send the messages in one datagram and wait for every acknowledgement asked for.

        Raises OSError when one is refused, with the kernel's error number and the ``purpose`` for people.
        """
        awaited = set()
        parts = []
        for message in messages:
            self._sequence += 1
            if message.flags & ACK:
                awaited.add(self._sequence)
            length = _HEADER.size + len(message.body)
            header = _HEADER.pack(length, message.kind, message.flags | REQUEST, self._sequence, 0)
            parts.append(header + message.body + bytes(-length % 4))
        self._socket.send(b"".join(parts))
        while awaited:
            for sequence, code in _acknowledged(self._socket.recv(65536)):
                if code:
                    raise OSError(code, f"{purpose}: {os.strerror(code)}")
                awaited.discard(sequence)


def _acknowledged(answer: bytes) -> Iterator[tuple[int, int]]:
    """The sequence number and the error number of each acknowledgement; 0 is success."""
    offset = 0
    while offset + _HEADER.size <= len(answer):
        length, kind, _flags, sequence, _port = _HEADER.unpack_from(answer, offset)
        if kind != _ERROR_MESSAGE:
            raise OSError(_OVERRUN_HINT)
        (code,) = struct.unpack_from("=i", answer, offset + _HEADER.size)
        yield sequence, -code
        offset += length + (-length % 4)
