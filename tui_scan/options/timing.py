"""Options that say how fast and how patiently a scan probes."""

from dataclasses import replace

from tui_scan.model.errors import UsageError
from tui_scan.model.timing import Timing
from tui_scan.options.option import Given, Group, Option
from tui_scan.options.values import count, milliseconds, rate, shown_rate, shown_time, template

MOST_TRIES = 15
"""Retries at the most: a try is told from its source port, and a scan holds a block of 16."""


MOST_GROUP = 1 << 26
"""Hosts of a group at the most: a scan holds no more cells."""


def _time(flag: str, field: str, says: str, title: str, least: int = 1, doubtful: int | None = None) -> Option:
    def read(flag: str, text: str) -> int:
        return milliseconds(flag, text, least, doubtful)

    return Option((flag,), field, says, "TIME", read, show=shown_time, title=title)


def _limit(flag: str, field: str, says: str, title: str) -> Option:
    """A time of which 0 means that there is no limit."""

    def read(flag: str, text: str) -> int | None:
        return milliseconds(flag, text, 0, 10_000) or None

    return Option((flag,), field, says, "TIME", read, show=shown_time, title=title)


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
    _rate("--max-rate", "max_rate", "send no faster than N packets a second", ""),
    _time("--initial-rtt-timeout", "initial_rtt_timeout", "wait so long at first", "First wait", 1, 50),
    _time("--min-rtt-timeout", "min_rtt_timeout", "never wait less", "Min wait", 0, 50),
    _time("--max-rtt-timeout", "max_rtt_timeout", "never wait longer for one answer", "Max wait", 5, 50),
    _limit("--host-timeout", "host_timeout", "give a host up after that time (0: never)", "Host limit"),
    _time("--max-wait", "max_wait", "wait no longer for a target that limits its ICMP errors", "ICMP limit", 0, 10_000),
    _time("--scan-delay", "scan_delay", "send each host one probe in that time at most", "Delay", 0, 100),
    _time(
        "--max-scan-delay", "max_tcp_delay", "never slow down further than to one probe in that", "Max delay", 0, 100
    ),
    _count("--min-parallelism", "min_parallelism", 1, 65535, "have N probes in flight, slower or not", "Min flight"),
    _count("--max-parallelism", "max_parallelism", 1, 65535, "have N probes in flight at most", "Max flight"),
    _count(
        "--min-hostgroup", "min_hostgroup", 1, MOST_GROUP, "work N hosts at a time or more, if there are", "Min group"
    ),
    _count(
        "--max-hostgroup",
        "max_hostgroup",
        1,
        MOST_GROUP,
        "work N hosts at a time, in the order of the targets (else all are one group)",
        "Max group",
    ),
)


def _settled(made: Timing, given: Given) -> Timing:
    """A limit that was given moves those of the template that it contradicts."""
    low, high = made.min_rtt_timeout, made.max_rtt_timeout
    if low > high and not given.keys() >= {"min_rtt_timeout", "max_rtt_timeout"}:
        low, high = (low, low) if "min_rtt_timeout" in given else (high, high)
    if low > high:
        raise UsageError(
            "--min-rtt-timeout ({low} ms) is above --max-rtt-timeout ({high} ms). Swap them.", low=low, high=high
        )
    first = made.initial_rtt_timeout
    if not low <= first <= high and "initial_rtt_timeout" in given:
        raise UsageError(
            "--initial-rtt-timeout ({first} ms) is not between the least ({low} ms) and the greatest ({high} "
            "ms) RTT time-out. Change --min-rtt-timeout or --max-rtt-timeout too.",
            first=first,
            low=low,
            high=high,
        )
    if made.min_rate and made.max_rate and made.min_rate > made.max_rate:
        raise UsageError(
            "--min-rate ({min_rate:g}) is above --max-rate ({max_rate:g}). Swap them.",
            min_rate=made.min_rate,
            max_rate=made.max_rate,
        )
    if made.min_parallelism and made.max_parallelism and made.min_parallelism > made.max_parallelism:
        raise UsageError(_parallelism_contradicts(made, given))
    if made.min_hostgroup and made.max_hostgroup and made.min_hostgroup > made.max_hostgroup:
        raise UsageError(
            "--min-hostgroup ({min_hostgroup}) is above --max-hostgroup ({max_hostgroup}).",
            min_hostgroup=made.min_hostgroup,
            max_hostgroup=made.max_hostgroup,
        )
    return replace(
        made,
        initial_rtt_timeout=min(max(first, low), high),
        min_rtt_timeout=low,
        max_rtt_timeout=high,
        max_tcp_delay=max(made.max_tcp_delay, made.scan_delay if "scan_delay" in given else 0),
    )


def _parallelism_contradicts(made: Timing, given: Given) -> str:
    if "max_parallelism" in given:
        return f"--min-parallelism ({made.min_parallelism}) is above --max-parallelism ({made.max_parallelism})."
    return (
        f"--min-parallelism {made.min_parallelism} contradicts -T {made.name}, which has {made.max_parallelism} probe "
        "in flight. Leave one out, or set --max-parallelism too."
    )


TIMING = Group("timing", _OPTIONS, "timing", "TIME is 500ms, 3s, 2m or 1h; a bare number is seconds.", _settled)
