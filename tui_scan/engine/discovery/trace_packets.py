"""Probes with a small TTL as packets, and the routers' answers to them."""

import socket
import time
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from tui_scan.engine.discovery.ground import Ground
from tui_scan.engine.discovery.packets import PacketGear
from tui_scan.engine.wire.checksum import finish, put, word_sums
from tui_scan.model.discovery import Asked
from tui_scan.model.reasons import Reason

MOST_TRIES = 15
"""Numbers by which the answers to one wave are told from those to the waves before it."""


class Answered(NamedTuple):
    """Who answered a host's probe: ``reached`` is the host itself, ``blocked`` somebody who lets nothing beyond."""

    host: int
    address: str
    rtt_us: int | None
    reached: bool
    blocked: bool


class PacketSteps:
    """Sends a wave of probes, one a host, and gives what answered them; ``by`` says what each host is asked."""

    def __init__(self, ground: Ground, by: dict[int, Asked]) -> None:
        self._ground, self._family = ground, ground.scan.hosts.family
        asked = tuple(dict.fromkeys(by.values()))
        self._number = {host: asked.index(one) for host, one in by.items()}
        # Each probe has its own TTL, and a port of its wave's own.
        form = replace(ground.scan.request.packets, ttl=None, source_port=None)
        self._gear = PacketGear(ground, asked, form)
        self._wave = 0
        self._sent_ns: dict[int, int] = {}

    def close(self) -> None:
        """Close the sockets."""
        self._gear.close()

    def send(self, ttls: dict[int, int]) -> None:
        """Probe these hosts with these TTLs."""
        self._wave = self._wave % MOST_TRIES + 1
        self._sent_ns.clear()
        for host, ttl in ttls.items():
            one = np.array([host], np.int64)
            packets = self._gear.probes.build(one, self._number[host], self._wave)
            if self._family == 4:
                packets[:, 8] = ttl
                packets[:, 10:12] = 0
                put(packets, 10, finish(word_sums(packets[:, :20])))
            else:
                packets[:, 7] = ttl
            self._sent_ns[host] = time.time_ns()
            sent, pieces = self._gear.send(packets, one)
            for piece in pieces:
                self._ground.show(True, piece, sent.times_ns)

    def collect(self, timeout: float) -> list[Answered]:
        """Answers to the latest wave; waits for them at most ``timeout`` seconds."""
        self._gear.inbox.wait(timeout)
        answers: list[Answered] = []
        domain, first, last = (socket.AF_INET, 12, 16) if self._family == 4 else (socket.AF_INET6, 8, 24)
        while (arrived := self._gear.inbox.take()) is not None:
            self._ground.show(False, arrived.packets, arrived.times_ns)
            proof = self._gear.reader.read(arrived.packets)
            columns = (proof.rows, proof.hosts, proof.tries, proof.up, proof.reasons)
            for row, host, tries, up, reason in zip(*(column.tolist() for column in columns), strict=True):
                if tries in (0, self._wave) and host in self._sent_ns:
                    sender = socket.inet_ntop(domain, arrived.packets[row, first:last].tobytes())
                    rtt = max(1, (int(arrived.times_ns[row]) - self._sent_ns[host]) // 1000)
                    answers.append(Answered(host, sender, rtt, up, not up and reason != Reason.TIME_EXCEEDED))
        return answers
