"""Probes ports from where it is run and prints what the kernel told, a JSON object a line. It judges nothing.

Sent over ssh to ``python3 -``, so it needs only the standard library of Python 3.6: hence the quoted annotations, and
a class where there would be a dataclass. The last line of what is sent calls ``run``.
"""

import errno
import json
import resource
import selectors
import socket
import struct
import sys
import time
from typing import NamedTuple

MSG_ERRQUEUE = 0x2000
RECVERR = {socket.AF_INET: (0, 11), socket.AF_INET6: (41, 25)}
"""Level and option by which Linux queues ICMP errors with their type, code and sender (ip(7), ipv6(7))."""

SELF_CONNECT_TRIES = 4
SLOW_GAP = 1.05
"""A Linux host sends one ICMP port unreachable a second once its burst is spent (icmp_ratelimit)."""


class Probe:
    """One port to probe. ``paced``: asked again so slowly that the limit of ICMP errors cannot hide an answer."""

    def __init__(self, protocol: str, address: str, port: int, payloads: "list[bytes]") -> None:
        self.protocol, self.address, self.port, self.payloads = protocol, address, port, payloads
        self.tries, self.paced, self.at, self.deadline = 0, False, 0.0, 0.0
        self.family = socket.AF_INET6 if ":" in address else socket.AF_INET

    def begin(self, patience: float) -> "tuple[socket.socket, int]":
        """Send the probe; the socket, and EINPROGRESS, or 0 or the errno where it ended at once."""
        self.tries, self.at, self.deadline = self.tries + 1, time.time(), time.monotonic() + patience
        sock = socket.socket(self.family, socket.SOCK_STREAM if self.protocol == "tcp" else socket.SOCK_DGRAM)
        sock.setblocking(False)
        sock.setsockopt(*RECVERR[self.family], 1)
        if self.protocol == "tcp":
            # A connection that was made is reset when it is closed: no TIME_WAIT is left behind.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return sock, sock.connect_ex((self.address, self.port))
        code = sock.connect_ex((self.address, self.port))
        try:
            for payload in self.payloads if not code else ():
                sock.send(payload)
        except OSError as error:
            code = error.errno or errno.EIO
        return sock, code or errno.EINPROGRESS


class Result(NamedTuple):
    """What became of a probe: the name of its errno, empty for success, and the ICMP error behind it.

    ``queued`` is the origin (2 ICMP, 3 ICMPv6), type, code and sender. ``source`` is the address it was sent from,
    ``at`` Unix time, ``itself`` a connection to its own source port.
    """

    protocol: str
    address: str
    port: int
    errno: str
    queued: "tuple[int, int, int, str] | None"
    source: str
    itself: bool
    at: float
    seconds: float
    tries: int
    paced: bool


def result(probe: Probe, sock: "socket.socket | None", code: int) -> Result:
    """What the socket of a probe tells at its end, ``code`` being its errno."""
    queued, source, itself = None, "", False
    if sock:
        try:
            source = sock.getsockname()[0]
            if not code and probe.protocol == "udp":
                sock.recv(65535)
            elif not code:
                itself = sock.getsockname()[:2] == sock.getpeername()[:2]
        except OSError as error:
            queued = read_queue(sock)
            # Without an error in the queue a TCP connection that is gone was reset after its handshake: open.
            if queued or probe.protocol == "udp":
                code = queued[0] if queued else error.errno or errno.EIO
        queued = queued or (read_queue(sock) if code else None)
    return Result(
        protocol=probe.protocol,
        address=probe.address,
        port=probe.port,
        errno=errno.errorcode.get(code, str(code)) if code else "",
        queued=queued[1:] if queued else None,
        source=source,
        itself=itself,
        at=probe.at,
        seconds=round(time.time() - probe.at, 6),
        tries=probe.tries,
        paced=probe.paced,
    )


def read_queue(sock: socket.socket) -> "tuple[int, int, int, int, str] | None":
    """The oldest entry of the error queue: errno, origin, type, code, sender (``struct sock_extended_err``)."""
    try:
        ancillary = sock.recvmsg(512, 512, MSG_ERRQUEUE)[1]
    except OSError:
        return None
    for level, kind, data in ancillary:
        if (level, kind) in RECVERR.values() and len(data) >= 16:
            code, origin, icmp_type, icmp_code = struct.unpack_from("=IBBB", data)
            return code, origin, icmp_type, icmp_code, offender(data[16:])
    return None


def offender(address: bytes) -> str:
    """Who sent the error: the sockaddr behind the entry, empty where there is none."""
    family = struct.unpack_from("=H", address)[0] if len(address) >= 8 else 0
    if family == socket.AF_INET:
        return socket.inet_ntop(socket.AF_INET, address[4:8])
    if family == socket.AF_INET6 and len(address) >= 24:
        return socket.inet_ntop(socket.AF_INET6, address[8:24])
    return ""


class Round:
    """Sends probes, at most ``window`` at once, and waits ``patience`` seconds for each.

    Those of one family are ``gap`` seconds apart: the limits of ICMP and of ICMPv6 errors are counted apart.

    What is not begun at ``until`` (monotonic) is left out. Each result is printed at once, so that a reader who is
    gone ends the program.
    """

    def __init__(self, window: int, patience: float, until: float, gap: float = 0.0) -> None:
        self.window, self.patience, self.until, self.gap = window, patience, until, gap
        self.waiting = {}  # type: dict[int, list[Probe]]
        self.flying = {}  # type: dict[int, tuple[Probe, socket.socket]]
        self.done = []  # type: list[Result]
        self.following = {}  # type: dict[int, float]

    def run(self, probes: "list[Probe]") -> "list[Result]":
        """What became of the probes that were sent."""
        for probe in reversed(probes):
            self.waiting.setdefault(probe.family, []).append(probe)
        with selectors.DefaultSelector() as selector:
            while self.flying or (any(self.waiting.values()) and time.monotonic() < self.until):
                for family in self.waiting:
                    self.begin(selector, family)
                for key, _ in selector.select(0.02):
                    _, sock = self.flying[key.fd]
                    self.end(selector, key.fd, sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))
                sys.stdout.flush()
                now = time.monotonic()
                for number in [number for number, (probe, _) in self.flying.items() if probe.deadline <= now]:
                    self.end(selector, number, errno.ETIMEDOUT)
        return self.done

    def begin(self, selector: selectors.BaseSelector, family: int) -> None:
        """Send as many of a family as may be sent now."""
        now, waiting = time.monotonic(), self.waiting[family]
        while waiting and len(self.flying) < self.window and self.following.get(family, 0.0) <= now < self.until:
            probe, self.following[family] = waiting.pop(), now + self.gap
            try:
                sock, code = probe.begin(self.patience)
            except OSError as error:
                self.tell(result(probe, None, error.errno or errno.EIO))
                continue
            self.flying[sock.fileno()] = probe, sock
            selector.register(sock, selectors.EVENT_READ if probe.protocol == "udp" else selectors.EVENT_WRITE)
            if code != errno.EINPROGRESS:
                self.end(selector, sock.fileno(), code)
            now = time.monotonic()

    def end(self, selector: selectors.BaseSelector, number: int, code: int) -> None:
        """Take what came of a probe; one that reached its own source port is sent again from another one."""
        probe, sock = self.flying.pop(number)
        selector.unregister(sock)
        with sock:
            told = result(probe, sock, code)
        if told.itself and probe.tries < SELF_CONNECT_TRIES:
            self.waiting[probe.family].append(probe)
        else:
            self.tell(told)

    def tell(self, told: Result) -> None:
        """Keep a result and print it; a later one of the same port takes its place."""
        self.done.append(told)
        print(json.dumps(told._asdict()))


def probe_udp(probes: "list[Probe]", window: int, patience: float, until: float) -> None:
    """Ask twice, then the still silent ports of hosts that do refuse datagrams once more, slowly."""
    told = {(one.address, one.port): one for one in Round(window, patience, until).run(probes)}
    for slowly in (False, True):
        limited = {one.address for one in told.values() if one.errno == "ECONNREFUSED"}
        silent = {place for place, one in told.items() if one.errno == "ETIMEDOUT"}
        again = [p for p in probes if (p.address, p.port) in silent and (p.address in limited or not slowly)]
        for probe in again:
            probe.paced = slowly
        more = Round(window, patience, until, SLOW_GAP if slowly else 0.0).run(again)
        told.update({(one.address, one.port): one for one in more})


def run(
    tcp: "list[tuple[str, int]]",
    udp: "list[tuple[str, int]]",
    payloads: "dict[str, list[str]]",
    seconds: float,
    window: int,
    patience: "dict[str, float]",
) -> None:
    """Probe (address, port) pairs within ``seconds``; ``payloads`` are hex by port, the others get an empty one.

    ``window`` probes are in flight at most, each for the ``patience`` of its protocol.
    """
    until = time.monotonic() + seconds
    if sys.platform != "linux":
        print(json.dumps({"system": sys.platform}))
        return
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    window = max(1, min(window, (soft if soft > 0 else 1024) - 32))
    wanted = {int(port): [bytes.fromhex(one) for one in some] for port, some in payloads.items()}
    Round(window, patience["tcp"], until).run([Probe("tcp", *place, []) for place in tcp])
    datagrams = [Probe("udp", *place, wanted.get(place[1], [b""])) for place in udp]
    probe_udp(datagrams, window, patience["udp"], until)
    print(json.dumps({"system": sys.platform, "clock": time.time()}))
