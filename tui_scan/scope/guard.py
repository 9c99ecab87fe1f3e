"""The guard: may this scan begin, and what does it send where."""

from collections.abc import Iterable
from typing import NamedTuple

from tui_scan.language import Sentence
from tui_scan.model.errors import RefusedError
from tui_scan.scope.broadcasts import own_broadcasts
from tui_scan.scope.plan import ScanPlan
from tui_scan.scope.ranges import AddressRange, address_value
from tui_scan.scope.rules import GuardVerdict, Rule, rules_for
from tui_scan.scope.third_party import refusal

_BROADCAST = Rule("", GuardVerdict.REFUSED, "the broadcast address of this machine's network (RFC 919)")

NEVER = "{address} is {what}, and is never scanned. Take it out, or --exclude {cut}."
PUBLIC_ADDRESS = (
    "{address} is a public address ({size}). Scan only what is yours or what you may scan. If that is so, say it with "
    "--authorized."
)
PUBLIC = (
    "{address} is public ({size}). Scan only what is yours or what you may scan. If that is so, say it with "
    "--authorized."
)


class Judgement(NamedTuple):
    """What the guard says, in a sentence a person can act on.

    ``offending`` is the first range that is not allowed, None where all are. ``packets`` is hosts times
    ports: the probes sent at least, without retries.
    """

    verdict: GuardVerdict
    sentence: str
    offending: AddressRange | None
    hosts: int
    ports: int

    @property
    def packets(self) -> int:
        """The probes that the scan sends at least; one a host where no ports are scanned."""
        return self.hosts * max(1, self.ports)


def judge(plan: ScanPlan, *, broadcasts: Iterable[str] | None = None) -> Judgement:
    """Judge a plan by its ranges; a yes given by ``request.authorized`` allows public addresses.

    ``broadcasts`` are the broadcast addresses of this machine's networks; None asks the kernel for them.
    """
    worst = _worst(plan, broadcasts)
    alien = refusal(plan.request.third, plan.third, plan.ranges, plan.family, plan.request.interface)
    if alien and (worst is None or worst[1].verdict is not GuardVerdict.REFUSED):
        return Judgement(GuardVerdict.REFUSED, alien, None, plan.host_count, plan.port_count)
    size = _counted(plan.host_count, "host")
    if plan.port_count:
        size = Sentence("{hosts}, {ports} each", hosts=size, ports=_counted(plan.port_count, plan.noun))
    if worst is None or (worst[1].verdict is GuardVerdict.NEEDS_YES and plan.request.authorized):
        packets = _counted(plan.host_count * max(1, plan.port_count), "packet")
        sentence = Sentence("{size}: at least {packets}.", size=size, packets=packets)
        return Judgement(GuardVerdict.ALLOWED, sentence, None, plan.host_count, plan.port_count)
    part, rule = worst
    text = part.text(plan.family)
    cut = text if part.count == 1 else rule.block
    if rule.verdict is GuardVerdict.REFUSED:
        sentence = Sentence(NEVER, address=text, what=Sentence(rule.title), cut=cut)
    else:
        sentence = Sentence(PUBLIC_ADDRESS if part.count == 1 else PUBLIC, address=text, size=size)
    return Judgement(rule.verdict, sentence, part, plan.host_count, plan.port_count)


def check(plan: ScanPlan, *, broadcasts: Iterable[str] | None = None) -> Judgement:
    """The judgement of a plan that may begin; RefusedError with the reason where it may not."""
    judgement = judge(plan, broadcasts=broadcasts)
    if judgement.verdict is not GuardVerdict.ALLOWED:
        raise RefusedError(judgement.sentence)
    return judgement


def _worst(plan: ScanPlan, broadcasts: Iterable[str] | None) -> tuple[AddressRange, Rule] | None:
    """The first part with the strictest verdict above ALLOWED."""
    worst: tuple[AddressRange, Rule] | None = None
    known = own_broadcasts() if broadcasts is None else broadcasts
    forbidden = sorted(address_value(text, 4) for text in known)
    for item in plan.ranges:
        for value in forbidden if plan.family == 4 else ():
            if item.first <= value <= item.last:
                return AddressRange(value, value), _BROADCAST
        for part, rule in rules_for(item, plan.family):
            if rule.verdict > (worst[1].verdict if worst else GuardVerdict.ALLOWED):
                worst = part, rule
        if worst and worst[1].verdict is GuardVerdict.REFUSED:
            break
    return worst


def _counted(number: int, noun: str) -> Sentence:
    return Sentence("{count:,} {noun}", count=number, noun=Sentence(noun if number == 1 else f"{noun}s"))
