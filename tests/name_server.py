"""A name server for tests, with answers of its own making: PTR records, refusals, silence at first."""

import socket
import struct
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.namespaces import inside

_HEADER = struct.Struct(">HHHHHH")


@dataclass
class NameServer:
    """``records`` gives the name by reverse name; the first ``deaf`` questions for each name get no answer."""

    records: Mapping[str, str]
    deaf: int = 0
    asked: dict[str, int] = field(default_factory=dict)

    def answer(self, message: bytes) -> bytes | None:
        number = int.from_bytes(message[:2])
        end = message.index(0, _HEADER.size)
        name = _text(message[_HEADER.size : end])
        self.asked[name] = self.asked.get(name, 0) + 1
        if self.asked[name] <= self.deaf:
            return None
        question = message[_HEADER.size : end + 5]
        found = self.records.get(name)
        if found is None:
            return _HEADER.pack(number, 0x8183, 1, 0, 0, 0) + question
        labels = b"".join(bytes((len(label),)) + label.encode() for label in found.split(".")) + b"\0"
        record = struct.pack(">HHHIH", 0xC000 | _HEADER.size, 12, 1, 60, len(labels)) + labels
        return _HEADER.pack(number, 0x8180, 1, 1, 0, 0) + question + record


def _text(labels: bytes) -> str:
    words, at = [], 0
    while at < len(labels):
        words.append(labels[at + 1 : at + 1 + labels[at]].decode())
        at += 1 + labels[at]
    return ".".join(words)


@contextmanager
def name_server(namespace: str, address: str, server: NameServer) -> Iterator[NameServer]:
    """Answer on UDP port 53 of ``address`` while the context lasts."""
    domain = socket.AF_INET6 if ":" in address else socket.AF_INET
    with inside(namespace):
        sock = socket.socket(domain, socket.SOCK_DGRAM)
        sock.bind((address, 53))
    sock.settimeout(0.05)
    ended = threading.Event()

    def serve() -> None:
        while not ended.is_set():
            try:
                message, sender = sock.recvfrom(2048)
            except OSError:
                continue
            answer = server.answer(message)
            if answer is not None:
                sock.sendto(answer, sender)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        ended.set()
        thread.join(5)
        sock.close()
