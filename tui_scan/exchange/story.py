"""The story of one port: its packets and calls in order, the silence at the end, and what it all means."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tui_scan.engine.capture import Capture
from tui_scan.engine.probes import TRIES
from tui_scan.engine.scan import Scan
from tui_scan.exchange.calls import told
from tui_scan.exchange.decode import decode
from tui_scan.exchange.explain import explain
from tui_scan.exchange.explain_untried import why_untried
from tui_scan.exchange.steps import Direction, Exchange, Kind, Step
from tui_scan.exchange.third_party import with_parties
from tui_scan.language import number, translate
from tui_scan.model.packets import Event, Origin, Packet
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import TECHNIQUES
from tui_scan.model.verdict import Verdict

MOST_STEPS = 200
"""A port that floods the scanner with answers is told by its first steps."""

CANARIES = (
    "beside this, {count} canaries went to the port, to see whether answers still come, and {answered} answers came; "
    "the list of packets and --pcap have them"
)
NO_ANSWER = "no answer"
"""The summary of silence, a message id."""
_HALF = 1 << 31


def story(scan: Scan, host: int, column: int) -> Exchange:
    """Tell one port of one host; may be called at any time of the scan, from any thread."""
    verdict, technique = scan.verdict(host, column), scan.columns.technique(column)
    items, canaries = _without_canaries(scan.exchange(host, column))
    steps = steps_of(items[:MOST_STEPS])
    if canaries and steps:
        steps[-1] = replace(steps[-1], note="; ".join(filter(None, (steps[-1].note, _canary_words(canaries)))))
    if scan.plan.third.others:
        steps = with_parties(steps, items[:MOST_STEPS], technique, scan.plan.third)
    steps += _silence(verdict, items, _listened_until(scan, column))
    capture = scan.captures.get(technique)
    whole = not isinstance(capture, Capture) or capture.complete(scan.ledger.cell(host, column))
    complete = len(items) <= MOST_STEPS and whole
    return Exchange(
        verdict.address,
        TECHNIQUES[technique].protocol,
        verdict.port,
        tuple(steps),
        explain(
            technique,
            verdict,
            scan.request.scan_flags,
            bad_sums=scan.request.packets.bad_sums,
            untried=why_untried(scan, host),
        ),
        complete,
    )


def _without_canaries(items: Sequence[Packet | Event]) -> tuple[list[Packet | Event], list[Packet | Event]]:
    """The items of the port's own tries, and those of canaries: there may be hundreds, and they decide nothing."""
    own = [item for item in items if item.try_number <= TRIES]
    return own, [item for item in items if item.try_number > TRIES]


def _canary_words(canaries: Sequence[Packet | Event]) -> str:
    sent = {(item.try_number, item.time_ns) for item in canaries if item.origin is Origin.SCANNER}
    answered = sum(item.origin in (Origin.TARGET, Origin.ROUTER) for item in canaries)
    return translate(CANARIES, count=len(sent), answered=answered)


def steps_of(items: Sequence[Packet | Event]) -> list[Step]:
    """Packets and events, oldest first, as steps with times from the first probe and relative numbers."""
    first = next((item.time_ns for item in items if item.origin is Origin.SCANNER), None)
    steps = []
    for item in items:
        t_us = None if first is None else (item.time_ns - first) / 1000
        steps.append(decode(item, t_us) if isinstance(item, Packet) else told(item, t_us))
    return _relative(steps)


def _relative(steps: list[Step]) -> list[Step]:
    """Sequence numbers counted from the first that each side showed in the same try.

    Every try has its own source port, hence its own connection. A side whose SYN was not seen counts from 1,
    as its SYN would have been 0.
    """
    bases: dict[tuple[int, Direction], int] = {}
    out = []
    for step in steps:
        if step.seq is None:
            out.append(step)
            continue
        other = Direction.IN if step.direction is Direction.OUT else Direction.OUT
        start = step.seq if "S" in step.flags else (step.seq - 1) % (2 * _HALF)
        base = bases.setdefault((step.try_number, step.direction), start)
        peer = bases.get((step.try_number, other))
        acked = _ahead(step.ack, peer) if "A" in step.flags and step.ack is not None else None
        out.append(replace(step, seq_relative=_ahead(step.seq, base), ack_relative=acked))
    return out


def _ahead(number: int, base: int | None) -> int | None:
    """How far a sequence number is ahead of a base; None where it is behind (RFC 9293 §3.4) or has no base."""
    distance = _HALF if base is None else (number - base) % (2 * _HALF)
    return distance if distance < _HALF else None


def _listened_until(scan: Scan, column: int) -> int:
    """Until when the scanner listened for this column's packets; 0 where that is not known.

    A packet capture hears every answer until the scan's end; a call was given up some time before.
    """
    seen = scan.captures.get(scan.columns.technique(column))
    return scan.finished_ns if isinstance(seen, Capture) else 0


def _silence(verdict: Verdict, items: Sequence[Packet | Event], until_ns: int) -> list[Step]:
    """The step that nothing came: only where the verdict says so."""
    if verdict.reason is not Reason.NO_RESPONSE or verdict.state is PortState.UNTRIED or not items:
        return []
    sent = [item.time_ns for item in items if item.origin is Origin.SCANNER]
    if not sent:
        return []
    waited = (until_ns - sent[-1]) / 1000 if until_ns > sent[-1] else None
    return [
        Step(
            t_us=None if waited is None else (until_ns - sent[0]) / 1000,
            kind=Kind.SILENCE,
            origin=None,
            direction=Direction.NONE,
            summary=NO_ANSWER,
            try_number=verdict.tries,
            note=""
            if waited is None
            else translate("listened {time} ms after the last try", time=number(waited / 1000, ",.0f")),
        )
    ]


def as_fields(exchange: Exchange) -> dict[str, Any]:
    """The fields ``exchange`` and ``explanation`` of a port's JSON line; empty fields are left out."""
    return {
        "exchange": [_fields(step) for step in exchange.steps],
        "exchange_complete": exchange.complete,
        "explanation": exchange.explanation.text,
    }


def _fields(step: Step) -> dict[str, Any]:
    values = ((name, getattr(step, name)) for name in Step.__slots__)
    return {name: value for name, value in values if value not in (None, "") or name == "t_us"}
