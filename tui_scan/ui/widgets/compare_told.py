"""What is told of one finding: both sides with their times, what they mean together, and what to look at next."""

from rich.text import Text

from tui_scan.compare.join import Finding
from tui_scan.compare.told import clock_text, facts, meaning, next_step, program_text
from tui_scan.language import translate
from tui_scan.ui.glyphs import GlyphSet
from tui_scan.ui.widgets.compare_rows import class_cell, port_text

_LABEL = "bright_black"


def told(one: Finding, glyphs: GlyphSet, notes: str) -> Text:
    """The pane's text; ``notes`` are of the whole comparison, and stand last."""
    word, style = class_cell(one.class_, glyphs, one.change is not None)
    name = translate("{port} on {address}", port=port_text(one), address=one.address)
    text = Text.assemble((name, "bold"), "  ", (word, style), "\n")
    text.append(f"{meaning(one)}\n").append(translate("Next: {step}", step=next_step(one)) + "\n")
    for sentence in facts(one):
        text.append(f"{sentence} ")
    lines = [(translate("Listed"), _listed(one)), (translate("Seen"), _seen(one))]
    lines += [(translate("Notes"), notes)] * bool(notes)
    width = max(len(label) for label, _ in lines)
    for label, line in lines:
        text.append("\n").append(f"{label:{width}} ", _LABEL).append(line)
    return text


def _listed(one: Finding) -> str:
    host = f"{one.listing.host}, " if one.listing.host else ""
    words = [f"{host}{one.listing.source}, {clock_text(one.listing.taken_at)}"]
    listener = one.listener
    if listener is not None:
        words.append(f"{listener.protocol} {listener.local}")
        words += [program_text(listener)] if listener.program else []
        words += [listener.user] if listener.user else []
        words += (
            [translate("{waiting} of {backlog} wait", waiting=listener.recv_q, backlog=listener.backlog)]
            if listener.backlog is not None
            else []
        )
        words += [translate("IPv6 only") if listener.v6only else "dual-stack"] * (
            listener.local_address == "::" and listener.v6only is not None
        )
        words += [listener.note] if listener.note else []
        words += [translate("and {count} more", count=len(one.local.listeners) - 1)] * (len(one.local.listeners) > 1)
    return "  ".join(words)


def _seen(one: Finding) -> str:
    verdict = one.seen.verdict
    words = [
        f"{translate('from {sender}', sender=one.seen.vantage.text)}, {clock_text(one.seen.at)}",
        f"{verdict.state.label} {verdict.reason.label}",
    ]
    words += [f"ttl {verdict.ttl}"] if verdict.ttl is not None else []
    words += [f"rtt {verdict.rtt_us / 1000:.2f} ms"] if verdict.rtt_us is not None else []
    words += [translate("no remote view")] * one.seen.vantage.own
    return "  ".join(words)
