"""The same probe as the target saw it: a host's own capture, tables and programs as one story, and what it teaches."""

from dataclasses import dataclass, replace

from tui_scan.exchange.other_side_cases import CASES, facts_of
from tui_scan.exchange.steps import Direction, Kind, Step
from tui_scan.exchange.story import steps_of
from tui_scan.language import translate
from tui_scan.model.other_side import Counted, Noticed, SeenSocket, Sight
from tui_scan.model.packets import Origin, Packet

NOT_IN_LAB = "What the target saw can be shown in the lab alone: “tui-scan lab” makes one."
NO_HOST_OF_IT = "{address} is no host of the practice network, so nobody tells what it saw."
ONE_CLOCK = (
    "Both sides are on one machine and have one clock. The scanner's own probe has the time of the call that sent it, "
    "other packets that of the kernel, calls and tables that of whoever read them."
)


@dataclass(frozen=True, slots=True)
class OtherSide:
    """What a host of the lab saw: its ``steps`` by time, and ``sentences`` on what they mean, already translated.

    The times of the steps count from the scanner's first probe, directions are the scanner's too: OUT goes to the
    target. A step that is no packet is an entry of the kernel's table, or a call by which a program was told.
    """

    host: str
    steps: tuple[Step, ...]
    sentences: tuple[str, ...]
    counted: tuple[Counted, ...]
    complete: bool


def other_side(sight: Sight, first_ns: int) -> OtherSide:
    """Tell a sight; ``first_ns`` is when the scanner sent its first probe (CLOCK_REALTIME)."""
    packets = _packets(sight)
    steps = [
        *(_timed(step, packet.time_ns, first_ns) for step, packet in zip(steps_of(packets), packets, strict=True)),
        *(_timed(_entry(one), one.time_ns, first_ns) for one in sight.sockets),
        *(_timed(_call(one), one.time_ns, first_ns) for one in sight.noticed),
    ]
    facts = facts_of(sight, steps)
    told = tuple(translate(case.text, **facts.values) for case in CASES if case.holds(facts))
    return OtherSide(
        sight.host, tuple(sorted(steps, key=lambda step: step.t_us or 0.0)), told, sight.counted, sight.complete
    )


def not_seen(address: str, *, in_lab: bool) -> str:
    """Why nobody tells what was seen at this address; ``in_lab``: this is a lab, and the address is none of its."""
    return translate(NO_HOST_OF_IT, address=address) if in_lab else translate(NOT_IN_LAB)


def clocks() -> str:
    """What the times of both sides are."""
    return translate(ONE_CLOCK)


def _packets(sight: Sight) -> list[Packet]:
    origins = {True: Origin.TARGET, False: Origin.SCANNER}
    ordered = sorted(sight.packets, key=lambda seen: seen.time_ns)
    return [Packet(seen.time_ns, origins[seen.sent], seen.data, len(seen.data)) for seen in ordered]


def _timed(step: Step, time_ns: int, first_ns: int) -> Step:
    return replace(step, t_us=(time_ns - first_ns) / 1000)


def _entry(entry: SeenSocket) -> Step:
    return Step(None, Kind.CALL, Origin.KERNEL, Direction.NONE, entry.state, note=f"{entry.local} {entry.remote}")


def _call(call: Noticed) -> Step:
    told = call.error or ("ok" if call.size is None else f"{call.size} bytes")
    return Step(None, Kind.CALL, Origin.TARGET, Direction.NONE, f"{call.call}: {told}", note=call.peer)
