"""Every technique's file by name, a line each; a file is loaded when a scan or an explanation needs it."""

from importlib import import_module
from typing import Any

from tui_scan.engine.techniques.frames import FrameTechnique
from tui_scan.engine.techniques.matching import Matcher
from tui_scan.engine.techniques.rules import RuleTable
from tui_scan.model.request import ScanRequest
from tui_scan.model.techniques import Technique

FILES = {
    Technique.SYN: "syn",
    Technique.CONNECT: "connect",
    Technique.ACK: "ack",
    Technique.WINDOW: "window",
    Technique.MAIMON: "maimon",
    Technique.NULL: "null",
    Technique.FIN: "fin",
    Technique.XMAS: "xmas",
    Technique.UDP: "udp",
    Technique.SCTP_INIT: "sctp_init",
    Technique.SCTP_COOKIE_ECHO: "sctp_cookie",
    Technique.IP_PROTOCOL: "protocol",
    Technique.IDLE: "idle",
    Technique.BOUNCE: "bounce",
}
"""Modules beside this one. Each has ``RULES``, a RuleTable, and where it can write its own packets
``probes(matcher, request)``, which gives the FrameTechnique."""


def rules(technique: Technique) -> RuleTable:
    """The technique's table of rules."""
    table: RuleTable = _file(technique).RULES
    return table


def writes_packets(technique: Technique) -> bool:
    """Whether the technique can write its own packets, where raw sockets can be had."""
    return hasattr(_file(technique), "probes")


def probes(technique: Technique, matcher: Matcher, request: ScanRequest) -> FrameTechnique:
    """What builds and judges the packets of a technique that writes its own."""
    made: FrameTechnique = _file(technique).probes(matcher, request)
    return made


def _file(technique: Technique) -> Any:
    return import_module(f"{__package__}.{FILES[technique]}")
