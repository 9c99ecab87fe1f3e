"""Step mode's page as styled lines: what will be sent, what came so far, what was predicted, and why it means that."""

from collections.abc import Iterator
from dataclasses import replace

from rich.style import Style

from tui_scan.engine.techniques import registry
from tui_scan.exchange.calls import told
from tui_scan.exchange.decode import decode
from tui_scan.exchange.text import step_words
from tui_scan.exchange.trace import ends
from tui_scan.language import translate
from tui_scan.model.packets import Event, Packet
from tui_scan.model.states import HostState
from tui_scan.services.names import service_name
from tui_scan.ui.glyphs import GlyphSet
from tui_scan.ui.step_probe import Probe, Stage
from tui_scan.ui.widgets.exchange_ladder import States, rungs
from tui_scan.ui.widgets.exchange_lines import BOLD, DIM, PLAIN, Line, explanation_lines, verdict_line, wrapped

YOU = Style(color="cyan")
ASK = (
    "What will come back? A number is your prediction and sends the probe; Space sends it without one; Esc keeps it "
    "back."
)
MORE = "Space shows what came next."
LISTENING = "Listening for an answer, for about {seconds:g} s…"
KEPT_BACK = "The probe was kept back: nothing was sent. r makes it ready again."
RIGHT, WRONG = Style(color="green", bold=True), Style(color="yellow", bold=True)


def probe_lines(probe: Probe, glyphs: GlyphSet, width: int, states: States) -> Iterator[Line]:
    """All that is to be read of a probe where it is, ``probe.shown`` of its steps."""
    if probe.stage is Stage.PREPARING:
        yield ((translate("Looking for the way to {address}…", address=probe.address), DIM),)
        return
    if probe.stage is Stage.KEPT_BACK:
        yield from _paragraph(kept_back(probe), width)
        return
    if probe.stage is Stage.ASKING or not probe.shown:
        yield from _upcoming(probe, glyphs, width)
    if probe.stage is Stage.ASKING:
        yield from _choices(probe, width)
        return
    if probe.exchange is not None and probe.shown:
        shown = replace(probe.exchange, steps=probe.exchange.steps[: probe.shown])
        yield from (rung.line for rung in rungs(shown, glyphs, width, states))
    yield from _verdict(probe, glyphs, width) if probe.all_shown else _waiting(probe, width)


def kept_back(probe: Probe) -> str:
    """Why a probe was not sent."""
    worker = probe.worker
    if worker.error is not None:
        return str(worker.error)
    if worker.scan.hosts.state[0] == HostState.DOWN:
        return translate(
            "Nobody answers for {address} on the link (ARP, or neighbour discovery), so there is nowhere to send the "
            "probe to.",
            address=probe.address,
        )
    notes = " ".join(map(translate, worker.scan.notes))
    return notes or translate(KEPT_BACK)


def _upcoming(probe: Probe, glyphs: GlyphSet, width: int) -> Iterator[Line]:
    yield ((translate("This will be sent:" if probe.stage is Stage.ASKING else "This was sent:"), BOLD),)
    for item in probe.upcoming:
        for number, line in enumerate(wrapped(item_words(item), max(12, width - 4))):
            yield ((f"  {glyphs.right} " if not number else "    ", YOU), (line, PLAIN))
    if not probe.upcoming:
        rules = registry.rules(probe.technique)
        yield from _paragraph(translate(rules.sends, **rules.values), width)


def item_words(item: Packet | Event) -> str:
    """A packet with its addresses and its numbers as they stand in it, or a call and what the kernel does of it."""
    if isinstance(item, Event):
        step = told(item, None)
        return f"{step.summary}  ({step.note}; {translate('inferred: the packets of a call are not seen')})"
    return f"{ends(item.data)}  {step_words(decode(item, None), absolute=True)}"


def _choices(probe: Probe, width: int) -> Iterator[Line]:
    yield from _paragraph(translate(ASK), width, BOLD)
    for number, choice in enumerate(probe.choices, 1):
        yield ((f"  {number}  ", YOU + BOLD), (choice.text, PLAIN))


def _waiting(probe: Probe, width: int) -> Iterator[Line]:
    seconds = probe.plan.request.timing.initial_rtt_timeout / 1000
    told = translate(MORE) if probe.shown < probe.steps else translate(LISTENING, seconds=seconds)
    yield from _paragraph(told, width, DIM)


def _verdict(probe: Probe, glyphs: GlyphSet, width: int) -> Iterator[Line]:
    scan = probe.worker.scan
    verdict = scan.verdict(0, 0)
    service = service_name(verdict.protocol, verdict.port, scan.request.datadir)
    yield from verdict_line(verdict, service, glyphs, width)
    if probe.predicted is not None and verdict.state:
        came = next((choice.text for choice in probe.choices if choice.holds(verdict)), verdict.state.label)
        if probe.held:
            text = translate("Your prediction held: “{answer}”.", answer=came)
        else:
            text = translate("You predicted “{answer}”; it was “{came}”.", answer=probe.predicted.text, came=came)
        yield from _paragraph(text, width, RIGHT if probe.held else WRONG)
    if probe.exchange is not None:
        yield from explanation_lines(probe.exchange, width)


def _paragraph(text: str, width: int, style: Style = PLAIN) -> Iterator[Line]:
    for line in wrapped(text, max(12, width)):
        yield ((line, style),)
