"""Which of IPv4 and IPv6 a scan speaks: one of them at a time, as in nmap."""

from collections.abc import Sequence

from tui_scan.model.errors import UsageError
from tui_scan.scope.targets import Block4, Block6, Target


def choose_family(asked: int | None, targets: Sequence[Target]) -> int:
    """4 or 6: what was asked for, else what the literals tell, else 4. UsageError where they disagree."""
    v4 = next((target for target in targets if isinstance(target, Block4)), None)
    v6 = next((target for target in targets if isinstance(target, Block6)), None)
    if v4 and v6:
        raise UsageError(
            "{given} is IPv4 and {other} is IPv6, and one scan speaks one of them. Scan them one after the other.",
            given=v4.text,
            other=v6.text,
        )
    if asked == 6 and v4:
        raise UsageError(
            "{given} is an IPv4 address, and -6 asks for IPv6. Leave out -6, or write an IPv6 address.", given=v4.text
        )
    if asked == 4 and v6:
        raise UsageError("{given} is an IPv6 address, and IPv4 was asked for. Choose IPv6 (-6) for it.", given=v6.text)
    return asked or (6 if v6 else 4)
