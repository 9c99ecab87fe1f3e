"""The ladder of an exchange as lines of text: for the detail pane, for copying, for 80 columns."""

import textwrap
from collections.abc import Iterator

from tui_scan.exchange.steps import Direction, Exchange, Kind, Step
from tui_scan.language import translate
from tui_scan.model.packets import Origin

WIDTH = 80
_ARROWS = {Direction.OUT: ">", Direction.IN: "<", Direction.NONE: "."}
_INDENT = 14


def ladder(exchange: Exchange, width: int = WIDTH, *, absolute: bool = False) -> list[str]:
    """One line a step (`` 0.000 ms  > SYN  seq=0 win=1024 ttl=64 mss=1460``), wrapped to ``width``.

    ``absolute``: sequence numbers as they stand in the packets, not counted from each side's first.
    """
    several = any(step.try_number > 1 for step in exchange.steps)
    lines: list[str] = []
    for step in exchange.steps:
        head = f"{time_text(step):>10}  {_ARROWS[step.direction]} "
        lines += _wrapped(head, step_words(step, absolute) + (_try_words(step) if several else ""), width)
    return lines


def _try_words(step: Step) -> str:
    """Which try a step belongs to; the kernel's own packets and silence belong to none."""
    if not step.try_number or step.direction is Direction.NONE or step.origin is Origin.KERNEL:
        return ""
    way = "try {number}" if step.direction is Direction.OUT else "to try {number}"
    return f"  ({translate(way, number=step.try_number)})"


def full_text(exchange: Exchange, width: int = WIDTH, *, absolute: bool = False) -> str:
    """A heading, the ladder and the explanation, to copy."""
    head = f"{exchange.protocol} {exchange.port} on {exchange.address}"
    lines = [head, *ladder(exchange, width, absolute=absolute)]
    if not exchange.complete:
        lines.append(translate("(some packets of this scan were let go to save memory)"))
    return "\n".join([*lines, "", *textwrap.wrap(exchange.explanation.text, width)]) + "\n"


def time_text(step: Step) -> str:
    """``0.412 ms``; empty where the time is not known."""
    return "" if step.t_us is None else f"{step.t_us / 1000:.3f} ms"


def step_words(step: Step, absolute: bool = False) -> str:
    """The step without its time: the summary, then what the header says.

    ``seq`` and ``ack`` are relative unless ``absolute``; a number that has nothing to count from is written as
    ``raw-seq``, and so are absolute ones.
    """
    summary = translate(step.summary) if step.kind is Kind.SILENCE else step.summary
    words = [summary, " ".join(_header_words(step, absolute)), f"({step.note})" if step.note else ""]
    return "  ".join(word for word in words if word)


def _header_words(step: Step, absolute: bool) -> Iterator[str]:
    if step.kind is not Kind.PACKET:
        return
    icmp = step.summary.startswith("ICMP")
    yield from _number("seq", step.seq, None if absolute else step.seq_relative)
    if "A" in step.flags:
        yield from _number("ack", step.ack, None if absolute else step.ack_relative)
    if step.window is not None:
        yield f"win={step.window}"
    if step.ttl is not None:
        yield f"ttl={step.ttl}"
    if step.payload_length and not icmp:
        yield f"len={step.payload_length}"
    if step.options:
        yield step.options
    if icmp:
        yield translate("from {sender}", sender=step.sender)


def _number(name: str, raw: int | None, relative: int | None) -> Iterator[str]:
    if raw is not None:
        yield f"raw-{name}={raw}" if relative is None else f"{name}={relative}"


def _wrapped(head: str, words: str, width: int) -> list[str]:
    return textwrap.wrap(
        words,
        max(width, _INDENT + 10),
        initial_indent=head,
        subsequent_indent=" " * _INDENT,
        break_on_hyphens=False,
        drop_whitespace=True,
    )
