"""A finding in words: the listener, what was seen, what that means and what to look at next."""

import math
from datetime import datetime

from tui_scan.compare.answers import Answer, answer_of
from tui_scan.compare.classes import PortClass
from tui_scan.compare.join import Comparison, Finding
from tui_scan.compare.standing import Local
from tui_scan.language import translate
from tui_scan.local.records import LocalSocket
from tui_scan.local.states import SocketState
from tui_scan.model.reasons import Reason

LISTENS = "{program} listens at {bound}."
LISTENS_APART = "{program} listens at {bound} in another namespace ({namespace})."
NOBODY = "Nothing on the host listens at {proto} port {port}."
NOBODY_KNOWN = "The list has no listener at {proto} port {port}, and it may not be complete."
SAW = "From {vantage} the port is {state} ({reason})."
SAW_ERROR = "From {vantage} the port is {state} ({reason}, told by {sender})."
SAW_NOTHING = "From {vantage} no verdict was reached."
OWN_VIEW = (
    "This is no remote view: {target} is the scanning machine itself, so the packets went over its loopback interface "
    "and passed none of the rules for other interfaces."
)
QUEUE_FULL = (
    "The listener's accept queue is full ({waiting} wait, {backlog} may), and then the kernel drops new connections: "
    "this alone would explain the silence."
)
BOUND_TO_DEVICE = (
    "The listener is bound to the interface {device}: packets that come by another one are answered as if nothing "
    "listened."
)
MAYBE_SIX_ONLY = "Whether a listener at [::] takes IPv4 too, the list does not tell; it may be one for IPv6 only."
AFTERWARDS = "Listed again after the look: {sentence}"
EITHER_WAY = "By the first list this would be {before}, by the second {after}."
NOTHING_TO_TELL = "nothing to tell"
NOT_AGAIN = "The list could not be read a second time, so what changed meanwhile is not known. {error}"
ONE_PORT, THESE_PORTS = "{proto} port {port}", "these ports"
HIDDEN = "A program whose name is hidden"
THIS_HOST = "the host that was listed"

SENTENCES = (
    LISTENS,
    LISTENS_APART,
    NOBODY,
    NOBODY_KNOWN,
    SAW,
    SAW_ERROR,
    SAW_NOTHING,
    OWN_VIEW,
    QUEUE_FULL,
    BOUND_TO_DEVICE,
    MAYBE_SIX_ONLY,
    AFTERWARDS,
    EITHER_WAY,
    NOTHING_TO_TELL,
    NOT_AGAIN,
    ONE_PORT,
    THESE_PORTS,
    HIDDEN,
    THIS_HOST,
)
"""All that is said around the meaning of a rule."""


def explanation(one: Finding) -> str:
    """Both sides, and what they mean together."""
    return " ".join((*facts(one), meaning(one)))


def facts(one: Finding) -> list[str]:
    """What is known, a sentence each."""
    return [_listens(one, one.local), _saw(one), *remarks(one)]


def meaning(one: Finding, many: bool = False) -> str:
    """What the two sides mean together; ``many``: it is told of many ports at once."""
    return translate(one.rule.meaning, **_places(one, many))


def next_step(one: Finding, many: bool = False) -> str:
    """What to look at next; ``many`` as above."""
    return translate(one.rule.next, **_places(one, many))


def _places(one: Finding, many: bool) -> dict[str, object]:
    named = THESE_PORTS if many else ONE_PORT
    return {
        "target": one.address,
        "port": "PORT" if many else one.port,
        "ports": translate(named, proto=one.protocol.value, port=one.port),
        "proto": one.protocol.value,
        "host": one.listing.host or translate(THIS_HOST),
    }


def _listens(one: Finding, local: Local) -> str:
    if not local.listeners:
        text = NOBODY if one.listing.complete else NOBODY_KNOWN
        return translate(text, proto=one.protocol.value, port=one.port)
    listener, apart = local.listeners[0], local.standing.apart
    program = program_text(listener) or translate(HIDDEN)
    return translate(
        LISTENS_APART if apart else LISTENS, program=program, bound=listener.local, namespace=listener.note
    )


def _saw(one: Finding) -> str:
    verdict, vantage = one.seen.verdict, one.seen.vantage.text
    if answer_of(verdict) is Answer.NONE:
        return translate(SAW_NOTHING, vantage=vantage)
    state, reason = verdict.state.label, verdict.reason.label
    if verdict.sender:
        return translate(SAW_ERROR, vantage=vantage, state=state, reason=reason, sender=verdict.sender)
    return translate(SAW, vantage=vantage, state=state, reason=reason)


def remarks(one: Finding) -> list[str]:
    """What else bears on the case."""
    told, listener = [], one.listener
    answer = answer_of(one.seen.verdict)
    if one.seen.vantage.own:
        told.append(translate(OWN_VIEW, target=one.address))
    if one.change is not None:
        before, after = (each or translate(NOTHING_TO_TELL) for each in (one.change.before, one.change.after))
        told.append(translate(AFTERWARDS, sentence=_listens(one, one.change.local)))
        told.append(translate(EITHER_WAY, before=before, after=after))
    if listener is None:
        return told
    if queue_full(listener) and answer is Answer.FILTERED:
        told.append(translate(QUEUE_FULL, waiting=listener.recv_q, backlog=listener.backlog))
    if listener.device and answer is not Answer.OPEN:
        told.append(translate(BOUND_TO_DEVICE, device=listener.device))
    unsure = one.family == 4 and listener.local_address == "::" and listener.v6only is None
    if unsure and answer is Answer.CLOSED:
        told.append(translate(MAYBE_SIX_ONLY))
    return told


def queue_full(listener: LocalSocket) -> bool:
    """Whether as many connections wait as may: Linux counts one more than the backlog (``sk_acceptq_is_full``)."""
    return listener.state is SocketState.LISTEN and listener.backlog is not None and listener.recv_q > listener.backlog


def program_text(listener: LocalSocket) -> str:
    """``sshd (812)``; empty where the owner is hidden."""
    if not listener.program:
        return "" if listener.pid is None else str(listener.pid)
    return listener.program if listener.pid is None else f"{listener.program} ({listener.pid})"


def verdict_text(one: Finding) -> str:
    """``open (syn-ack)``, ``untried``."""
    verdict = one.seen.verdict
    if verdict.reason is Reason.NONE:
        return verdict.state.label
    return f"{verdict.state.label} ({verdict.reason.label})"


def clock_text(at: float) -> str:
    """A Unix time as local time to the second; ``unknown time`` for nan."""
    if math.isnan(at):
        return "unknown time"
    return datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M:%S %z")


def summary(comparison: Comparison) -> str:
    """``ports=12 alarm=0 no-local-listener=1 …``: every class, always in the same order."""
    counts = comparison.counts
    words = [f"{one}={counts[one]}" for one in PortClass]
    return " ".join((f"ports={len(comparison.findings)}", *words))
