"""The timer that runs on a socket, in netstat's words.

Numbers: Linux, ``net/ipv4/tcp_ipv4.c``, the field ``tr`` of /proc/net/tcp, and ``idiag_timer`` of sock_diag.
"""

from tui_scan.language import translate
from tui_scan.local.records import LocalSocket

TIMERS = {0: "off", 1: "on", 2: "keepalive", 3: "timewait", 4: "probe"}
"""netstat's names: ``on`` sends again what was not acknowledged, ``probe`` asks a closed window."""

MEANINGS = {
    "on": "sends again, or gives up, if no ACK comes",
    "keepalive": "asks whether the peer is still there",
    "timewait": "the kernel forgets the connection",
    "probe": "asks whether the peer's window is open again",
}
"""What happens when a timer ends, unless something comes before."""

_PROBES = frozenset({2, 4})
"""Timers whose count is that of probes without an answer."""


def timer_name(one: LocalSocket) -> str:
    """The name of the timer, ``off`` where none runs."""
    number = one.running.timer
    return TIMERS.get(number, f"unkn-{number}")


def timer_text(one: LocalSocket) -> str:
    """netstat's column: name, seconds left, retransmissions, probes without an answer."""
    timer, expires, count = one.running
    sent_again, probed = (0, count) if timer in _PROBES else (count, 0)
    return f"{timer_name(one)} ({expires / 1000:.2f}/{sent_again}/{probed})"


def timer_sentence(one: LocalSocket) -> str:
    """What will happen when; empty where no timer runs."""
    name = timer_name(one)
    if name not in MEANINGS:
        return ""
    _, expires, count = one.running
    what, seconds = translate(MEANINGS[name]), f"{expires / 1000:.1f}"
    if count:
        return translate("in {seconds} s {what}, {count} times already", seconds=seconds, what=what, count=count)
    return translate("in {seconds} s {what}", seconds=seconds, what=what)
