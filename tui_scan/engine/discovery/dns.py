"""Reverse lookups by a small DNS client of our own (RFC 1035): many questions at once, one socket a server."""

import os
import re
import selectors
import socket
import struct
import time
from collections import deque
from collections.abc import Iterable
from os import PathLike
from typing import NamedTuple

from tui_scan.engine.discovery.listed import lines_of

PORT = 53
TIMEOUT = 0.5
"""Seconds before a question is asked again, of the next server."""
TRIES = 4
AT_ONCE = 256
"""Questions that wait for their answers together."""
_MOST = 4096
_HEADER = struct.Struct(">HHHHHH")
_RECURSION, _RESPONSE, _ERROR_MASK = 0x0100, 0x8000, 0x000F
_POINTER, _INTERNET = 12, 1
_PLAIN = re.compile("[!-~]+")
_MOST_LABELS = 128
"""Labels of a name at the most, pointers counted: one that goes in a circle ends here."""


class _Question(NamedTuple):
    address: str
    tries: int
    deadline: float


def configured_servers(path: str | PathLike[str] = "/etc/resolv.conf") -> tuple[str, ...]:
    """The name servers of resolv.conf(5)."""
    words = [line.split() for line in lines_of(path)]
    return tuple(word[1] for word in words if len(word) > 1 and word[0] == "nameserver")


class ReverseLookups:
    """Asks ``servers`` for the names of addresses until all are told, or ``seconds`` are over."""

    def __init__(self, servers: Iterable[str]) -> None:
        self._selector = selectors.DefaultSelector()
        self._sockets: list[socket.socket] = []
        for server in servers:
            self._open(server)
        self._asked: dict[int, _Question] = {}
        self._found: dict[str, str] = {}

    def close(self) -> None:
        """Close the sockets."""
        self._selector.close()
        for sock in self._sockets:
            sock.close()

    def names(self, addresses: Iterable[str], seconds: float) -> dict[str, str]:
        """The names found, by address."""
        waiting = deque((address, 1) for address in addresses)
        end = time.monotonic() + seconds
        while self._sockets and (waiting or self._asked):
            now = time.monotonic()
            if now > end:
                break
            while waiting and len(self._asked) < AT_ONCE:
                self._ask(*waiting.popleft(), now)
            first = min(question.deadline for question in self._asked.values())
            for key, _ in self._selector.select(max(0.0, min(first, end) - now)):
                self._read(key.fileobj)  # type: ignore[arg-type]
            waiting.extend(self._overdue(time.monotonic()))
        return self._found

    def _open(self, server: str) -> None:
        domain = socket.AF_INET6 if ":" in server else socket.AF_INET
        sock = socket.socket(domain, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        try:
            sock.connect((server, PORT))
        except OSError:
            sock.close()
            return
        self._sockets.append(sock)
        self._selector.register(sock, selectors.EVENT_READ)

    def _ask(self, address: str, tries: int, now: float) -> None:
        number = int.from_bytes(os.urandom(2))
        while number in self._asked:
            number = int.from_bytes(os.urandom(2))
        self._asked[number] = _Question(address, tries, now + TIMEOUT)
        try:
            self._sockets[(tries - 1) % len(self._sockets)].send(query(number, address))
        except OSError:
            return

    def _overdue(self, now: float) -> list[tuple[str, int]]:
        """Take back questions that were not answered in time; those to ask again, with their next tries."""
        late = [number for number, question in self._asked.items() if question.deadline <= now]
        questions = [self._asked.pop(number) for number in late]
        return [(question.address, question.tries + 1) for question in questions if question.tries < TRIES]

    def _read(self, sock: socket.socket) -> None:
        while True:
            try:
                message = sock.recv(_MOST)
            except BlockingIOError:
                return
            except OSError:
                continue
            question = self._asked.get(int.from_bytes(message[:2])) if len(message) >= _HEADER.size else None
            if question is None or question_of(message) != pointer_name(question.address):
                continue
            code = int.from_bytes(message[2:4]) & _ERROR_MASK
            if code not in (0, 3) and question.tries < TRIES:
                continue
            del self._asked[int.from_bytes(message[:2])]
            name = answered_name(message)
            if name:
                self._found[question.address] = name


def pointer_name(address: str) -> str:
    """The name under which an address has its PTR record (RFC 1035 §3.5, RFC 3596 §2.5)."""
    if ":" not in address:
        return ".".join(reversed(address.split("."))) + ".in-addr.arpa"
    digits = socket.inet_pton(socket.AF_INET6, address.partition("%")[0]).hex()
    return ".".join(reversed(digits)) + ".ip6.arpa"


def query(number: int, address: str) -> bytes:
    """A question for the PTR record of an address (RFC 1035 §4.1)."""
    labels = b"".join(bytes((len(label),)) + label.encode() for label in pointer_name(address).split("."))
    return _HEADER.pack(number, _RECURSION, 1, 0, 0, 0) + labels + struct.pack(">xHH", _POINTER, _INTERNET)


def question_of(message: bytes) -> str:
    """The name that a message asks for; empty where it asks for none, or cannot be read."""
    _, flags, questions, _, _, _ = _HEADER.unpack_from(message)
    if not flags & _RESPONSE or questions != 1:
        return ""
    try:
        return _name(message, _HEADER.size)[0].lower()
    except (IndexError, ValueError):
        return ""


def answered_name(message: bytes) -> str:
    """The name in the first PTR record of an answer, without its last dot.

    Empty where there is none, or one that no screen should show: blanks and control characters are no part of names.
    """
    count = _HEADER.unpack_from(message)[3]
    try:
        at = _name(message, _HEADER.size)[1] + 4
        for _ in range(count):
            at = _name(message, at)[1]
            kind, internet, _, length = struct.unpack_from(">HHIH", message, at)
            at += 10
            if (kind, internet) == (_POINTER, _INTERNET):
                name = _name(message, at)[0]
                return name if _PLAIN.fullmatch(name) else ""
            at += length
    except (IndexError, ValueError, struct.error):
        return ""
    return ""


def _name(message: bytes, at: int) -> tuple[str, int]:
    """The name at a place, and where it ends (RFC 1035 §4.1.4); raises ValueError or IndexError where it is none."""
    labels: list[str] = []
    end = 0
    for _ in range(_MOST_LABELS):
        length = message[at]
        if length >= 0xC0:
            end = end or at + 2
            at = int.from_bytes(message[at : at + 2]) & 0x3FFF
            continue
        if length > 63 or at + 1 + length > len(message):
            raise ValueError("no label")
        if not length:
            return ".".join(labels), end or at + 1
        labels.append(message[at + 1 : at + 1 + length].decode("ascii", "replace"))
        at += 1 + length
    raise ValueError("too long")
