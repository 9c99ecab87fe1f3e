"""The reverse view: what another host sees of this machine, probed from there over ssh with nothing installed."""

import errno
import ipaddress
import json
import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any

from tui_scan.engine.techniques.payloads import PAYLOADS
from tui_scan.language import Sentence
from tui_scan.local.addresses import own_addresses
from tui_scan.local.imported_parts import socket_text
from tui_scan.local.owners import printable
from tui_scan.local.remote_ssh import NotRunError, over_ssh
from tui_scan.local.reverse_judging import Fact, judge, queued_error
from tui_scan.model.errors import LocalError, UsageError
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Protocol

COMMAND = "python3 -"
"""What is run on the vantage host; the program comes by standard input."""

WINDOW = 256
PATIENCE = {Protocol.TCP: 4.0, Protocol.UDP: 1.0}
"""Seconds to wait for an answer. A TCP of Linux sends its SYN again after one and three seconds."""

_SPARED = 4.0 + max(PATIENCE.values())
"""Seconds of the time-out that are left for ssh itself and for the answers to what was sent last."""


_NUMBERS = {name: number for number, name in errno.errorcode.items()}


@dataclass(frozen=True, slots=True)
class ReverseVerdict:
    """What ``vantage`` (the host as ssh knows it) found of one port of this machine.

    ``state`` is UNTRIED where it found nothing, and ``problem`` then says why. ``source`` is the address that it
    asked from; ``own`` says that this is the asked machine itself, so that no network lay between. ``at`` is when
    the port was asked last, Unix time in seconds by this machine's clock; nan where it was not asked. ``sender`` is
    who sent an ICMP error, empty for the address itself.
    """

    address: str
    protocol: Protocol
    port: int
    state: PortState
    reason: Reason
    at: float
    vantage: str
    source: str = ""
    own: bool = False
    sender: str = ""
    tries: int = 0
    problem: str = ""


def probe_from(
    host: str,
    addresses: Iterable[str],
    ports: Iterable[tuple[Protocol, int]],
    ssh_command: Sequence[str] = ("ssh",),
    timeout: float = 60.0,
    stopped: Callable[[], bool] = lambda: False,
) -> tuple[ReverseVerdict, ...]:
    """Have ``host`` probe these ports of this machine's ``addresses``, by TCP connects and UDP datagrams.

    A verdict for each address and port, in this order, also for what was not asked within ``timeout`` seconds. Nothing
    but this machine's own addresses is ever probed: UsageError for another one, for loopback, and for a link-local
    address, whose link over there is not known. LocalError where ssh fails, where the host has no Python 3 or no
    Linux, and where ``stopped()`` is true before the answer is there; the host then soon stops too.
    """
    wanted, asked = [_own(address) for address in addresses], list(ports)
    places = [(address, protocol, port) for address in wanted for protocol, port in asked]
    if not places:
        return ()
    facts, ahead = _facts(_told(host, _program(places, timeout - _SPARED), ssh_command, timeout, stopped), host)
    refusing = {fact.address for fact in facts if fact.protocol is Protocol.UDP and fact.code == errno.ECONNREFUSED}
    seen = {(f.address, f.protocol, f.port): _verdict(f, f.address in refusing, host, ahead) for f in facts}
    late = Sentence("The vantage host did not come to it within {seconds:g} s.", seconds=timeout)
    missing = ReverseVerdict("", Protocol.TCP, 0, PortState.UNTRIED, Reason.NONE, math.nan, host, problem=late)
    return tuple(
        seen.get(place) or replace(missing, address=place[0], protocol=place[1], port=place[2]) for place in places
    )


def _own(text: str) -> str:
    """An address of this machine that others can reach; UsageError where it is none."""
    try:
        address = socket_text(text)
    except ValueError:
        raise UsageError("{given!r} is no IP address.", given=text) from None
    parsed = ipaddress.ip_address(address)
    if parsed.is_loopback:
        raise UsageError("{address} is loopback: no other host can reach this machine by it.", address=address)
    if parsed.is_link_local and parsed.version == 6:
        raise UsageError(
            "{address} is link-local: by which link the other host reaches it is not known.", address=address
        )
    if address not in own_addresses():
        raise UsageError(
            "{address} is no address of this machine. Only this machine is probed from another host.", address=address
        )
    return address


def _program(places: Iterable[tuple[str, Protocol, int]], seconds: float) -> str:
    """The program with its task: a call with JSON, at the end."""
    asked = list(places)
    task = {
        "tcp": [(address, port) for address, protocol, port in asked if protocol is Protocol.TCP],
        "udp": [(address, port) for address, protocol, port in asked if protocol is Protocol.UDP],
        "payloads": {port: [one.hex() for one in payloads] for port, payloads in PAYLOADS.items()},
        "seconds": max(1.0, seconds),
        "window": WINDOW,
        "patience": PATIENCE,
    }
    source = files("tui_scan.local").joinpath("reverse_probe.py").read_text("utf-8")
    return f"{source}\nrun(**json.loads({json.dumps(task)!r}))\n"


def _told(
    host: str, program: str, ssh_command: Sequence[str], timeout: float, stopped: Callable[[], bool]
) -> list[str]:
    try:
        return over_ssh(host, COMMAND, program, ssh_command, timeout, stopped).splitlines()
    except NotRunError as error:
        raise LocalError(
            "{error} The view from there needs Python 3.6 or later on {host}, nothing else.", error=error, host=host
        ) from error


def _facts(lines: Iterable[str], host: str) -> tuple[list[Fact], float]:
    """The facts, and by how many seconds the clock there is ahead. What a login shell printed is passed over."""
    facts, last = [], {}
    try:
        for line in lines:
            if line.startswith('{"protocol"'):
                facts.append(_fact(json.loads(line)))
            elif line.startswith('{"system"'):
                last = json.loads(line)
        system, clock = str(last.get("system", "")), float(last.get("clock", math.nan))
    except (ValueError, KeyError, TypeError) as error:
        raise LocalError(
            "What {host} answered cannot be read: {encode}", host=host, encode=printable(str(error).encode())
        ) from error
    if system and system != "linux":
        raise LocalError(
            "{host} is no Linux ({encode}): elsewhere a refused connect tells too little.",
            host=host,
            encode=printable(system.encode()),
        )
    if math.isnan(clock):
        raise LocalError("The program on {host} did not come to its end.", host=host)
    return facts, clock - time.time()


def _fact(told: Mapping[str, Any]) -> Fact:
    name = str(told["errno"])
    return Fact(
        Protocol(told["protocol"]),
        socket_text(told["address"]),
        int(told["port"]),
        _NUMBERS[name] if name else 0,
        queued_error(told["queued"]),
        socket_text(told["source"]) if told["source"] else "",
        bool(told["itself"]),
        float(told["at"]),
        int(told["tries"]),
        bool(told["paced"]),
    )


def _verdict(fact: Fact, limited: bool, host: str, ahead: float) -> ReverseVerdict:
    state, reason, problem = judge(fact, limited)
    sender = fact.queued.sender if fact.queued and fact.queued.icmp else ""
    return ReverseVerdict(
        fact.address,
        fact.protocol,
        fact.port,
        state,
        reason,
        fact.at - ahead,
        host,
        fact.source,
        own=fact.source == fact.address,
        sender="" if sender == fact.address else sender,
        tries=fact.tries,
        problem=problem,
    )
