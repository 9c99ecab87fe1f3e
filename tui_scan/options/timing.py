"""Options that say how fast and how patiently a scan probes."""

from dataclasses import replace

from tui_scan.model.errors import UsageError
from tui_scan.model.timing import Timing
from tui_scan.options.option import Given, Group, Option
from tui_scan.options.values import count, milliseconds, rate, shown_rate, shown_time, template

MOST_TRIES = 15
"""Retries at the most: a try is told from its source port, and a scan holds a block of 16."""


def _time(flag: str, field: str, says: str, title: str) -> Option:
    return Option((flag,), field, says, "TIME", milliseconds, show=shown_time, title=title)


def _rate(flag: str, field: str, says: str, title: str) -> Option:
    return Option((flag,), field, says, "N", rate, show=shown_rate, title=title)


def _count(flag: str, field: str, least: int, most: int, says: str, title: str) -> Option:
    return Option((flag,), field, says, "N", lambda flag, text: count(flag, text, least, most), title=title)


_OPTIONS = (
    Option(
        ("-T",),
        "",
        "paranoid, sneaky, polite, normal, aggressive, insane",
        "0-5",
        lambda _, text: template(text),
    ),
    _count("--max-retries", "max_retries", 0, MOST_TRIES, "send again N times at most", "Retries"),
    _rate("--min-rate", "min_rate", "send no slower than N packets a second", "Min rate"),
    _rate("--max-rate", "max_rate", "send no faster than N packets a second", "Max rate"),
    _time("--initial-rtt-timeout", "initial_rtt_timeout", "wait so long at first", "First wait"),
    _time("--min-rtt-timeout", "min_rtt_timeout", "never wait less", "Min wait"),
    _time("--max-rtt-timeout", "max_rtt_timeout", "never wait longer for one answer", "Max wait"),
    _time("--host-timeout", "host_timeout", "give a host up after that time", "Host limit"),
    _time("--max-wait", "max_wait", "wait no longer for a target that limits its ICMP errors", "ICMP limit"),
    _time("--scan-delay", "scan_delay", "send each host one probe in that time at most", "Delay"),
    _time("--max-scan-delay", "max_tcp_delay", "never slow down further than to one probe in that", "Max delay"),
    _count("--max-parallelism", "max_parallelism", 1, 65535, "have N probes in flight at most", "In flight"),
)


def _settled(made: Timing, given: Given) -> Timing:
    """A limit that was given moves those of the template that it contradicts."""
    low, high = made.min_rtt_timeout, made.max_rtt_timeout
    if low > high and not given.keys() >= {"min_rtt_timeout", "max_rtt_timeout"}:
        low, high = (low, low) if "min_rtt_timeout" in given else (high, high)
    if low > high:
        raise UsageError(f"--min-rtt-timeout ({low} ms) is above --max-rtt-timeout ({high} ms). Swap them.")
    first = made.initial_rtt_timeout
    if not low <= first <= high and "initial_rtt_timeout" in given:
        raise UsageError(
            f"--initial-rtt-timeout ({first} ms) is not between the least ({low} ms) and the greatest ({high} ms) "
            "RTT time-out. Change --min-rtt-timeout or --max-rtt-timeout too."
        )
    if made.min_rate and made.max_rate and made.min_rate > made.max_rate:
        raise UsageError(f"--min-rate ({made.min_rate:g}) is above --max-rate ({made.max_rate:g}). Swap them.")
    return replace(made, initial_rtt_timeout=min(max(first, low), high), min_rtt_timeout=low, max_rtt_timeout=high)


TIMING = Group("timing", _OPTIONS, "timing", "TIME is 500ms, 3s, 2m or 1h; a bare number is seconds.", _settled)
