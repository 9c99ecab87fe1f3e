"""``tui-scan explain WORD ...``: what a state, a reason, a scan type or a word of the field means, and its source."""

import os
import sys
import textwrap
from collections.abc import Iterator, Sequence

from tui_scan.cli.explain_classes import class_entries
from tui_scan.cli.explain_options import option_entries
from tui_scan.cli.explain_ports import port_entries
from tui_scan.cli.parser import Parser
from tui_scan.exchange.explain_all import all_entries, found, is_belief, nearest
from tui_scan.exchange.explain_entries import Entry
from tui_scan.exchange.explain_misconceptions import KIND as BELIEFS
from tui_scan.exchange.explain_misconceptions import WORD as MISCONCEPTIONS
from tui_scan.language import translate
from tui_scan.model.errors import UsageError

WIDEST = 100
"""Columns that a line takes at most."""

_DESCRIPTION = """\
Say what a word means: a state of ports (open, “open|filtered”), a reason (reset, port-unreach), a scan type (syn, -sA),
a state of local sockets (LISTEN), a kind of filter (strict), a class of the comparison (exposed), a word of the field
(handshake, mss), a port (22) or a service (ssh), an option (-Pn), or misconceptions. Without a word: list them all."""

_USAGE = "tui-scan explain [--lang LANG] [WORD ...]"


def main(argv: list[str]) -> int:
    """Run the command; return its exit status. UsageError names the nearest words where one is not known."""
    parser = Parser(prog="tui-scan explain", usage=_USAGE, description=_DESCRIPTION, allow_abbrev=False)
    entries = known()
    words = [word for word in argv if found(entries, word) or (word[:1] == "-" and option_entries(word))]
    options = parser.read([*(word for word in argv if word not in (*words, "--")), "--", *words])
    if options is None:
        return 0
    entries = known()  # anew: --lang may have changed what the words are
    wide = width()
    asked = [word for word in argv if word in options.targets]
    lines = list(listed(entries, wide)) if not asked else told(entries, asked, wide)
    sys.stdout.writelines(f"{line}\n" for line in lines)
    sys.stdout.flush()
    return 0


def known() -> list[Entry]:
    """All that can be explained."""
    return [*all_entries(), *class_entries()]


def width() -> int:
    """The columns of the terminal, at most ``WIDEST``; 80 where the output is none."""
    try:
        return min(os.get_terminal_size(sys.stdout.fileno()).columns or 80, WIDEST)
    except (OSError, ValueError):
        return 80


def told(entries: Sequence[Entry], words: Sequence[str], wide: int) -> list[str]:
    """The explanations of these words. UsageError where one is not known."""
    lines: list[str] = []
    for word in dict.fromkeys(words):
        chosen = found(entries, word) or port_entries(word) or option_entries(word)
        if not chosen:
            raise UsageError(unknown(entries, word))
        for entry in chosen:
            lines += ["", *_paragraphs(entry, wide)] if lines else _paragraphs(entry, wide)
    return lines


def unknown(entries: Sequence[Entry], word: str) -> str:
    """What is said of a word that is not known."""
    near = nearest(entries, word)
    if not near:
        return translate("“{word}” is not explained here. “tui-scan explain” lists the words.", word=word)
    return translate(
        "“{word}” is not explained here. Did you mean {nearest}? “tui-scan explain” lists the words.",
        word=word,
        nearest=", ".join(near),
    )


def _paragraphs(entry: Entry, wide: int) -> Iterator[str]:
    if is_belief(entry):
        yield from _wrapped(translate("“{belief}”", belief=translate(entry.word)), wide, "")
    else:
        yield f"{entry.word} ({translate(entry.kind)})"
    sentences = filter(None, (entry.text.meaning, entry.text.unproven))
    yield from _wrapped(" ".join(map(translate, sentences)), wide, "  ")
    for fact in entry.facts:
        yield from _wrapped(fact, wide, "    ", "      ")
    yield from _wrapped(translate("Source: {source}.", source=translate(entry.text.source)), wide, "  ")


def _wrapped(text: str, wide: int, indent: str, rest: str | None = None) -> list[str]:
    more = indent if rest is None else rest
    return textwrap.wrap(text, wide, initial_indent=indent, subsequent_indent=more, break_on_hyphens=False)


def listed(entries: Sequence[Entry], wide: int) -> Iterator[str]:
    """All words, those of a kind together."""
    kinds: dict[str, list[str]] = {}
    for entry in entries:
        if not is_belief(entry):
            kinds.setdefault(entry.kind, []).append(entry.word.replace(" ", "-"))
    for kind, words in (*kinds.items(), (BELIEFS, [MISCONCEPTIONS])):
        line = translate("{kind}: {words}", kind=translate(kind), words="  ".join(words))
        yield from _wrapped(line, wide, "", "    ")
