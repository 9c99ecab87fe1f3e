"""The line above the comparison's table: what is waited for, what is wrong, or how many ports are of which class."""

from collections import Counter

from rich.text import Text

from tui_scan.compare.classes import PortClass
from tui_scan.compare.join import Comparison
from tui_scan.compare.listed import foreign_note
from tui_scan.compare.worker import CompareWorker
from tui_scan.engine.progress import Phase
from tui_scan.language import translate
from tui_scan.ui.glyphs import GlyphSet
from tui_scan.ui.widgets.compare_rows import CLASS_STYLES, class_cell

NOTHING = "Nothing listens, and nothing is open among the ports that were asked."
WRONG, STRONG = "bold red", "bold"


def says(worker: CompareWorker, comparison: Comparison | None, hidden: int, width: int, glyphs: GlyphSet) -> Text:
    """How far it is, and what was found, in ``width`` cells; ``hidden`` findings are kept away by the filter."""
    text = Text(" ")
    if not worker.phase.ended:
        text.append(f"{worker.progress}  ", STRONG)
    elif worker.phase is Phase.STOPPED:
        text.append(f"{translate('stopped')}  ", STRONG)
    if hidden:
        text.append(f"{translate('{count} hidden by the filter', count=hidden)}  ", STRONG)
    if comparison is None:
        return text
    if any(one.seen.vantage.own for one in comparison.findings):
        text.append(f"{translate('no remote view: this machine itself')}  ", "bold yellow")
    if not comparison.findings and worker.phase.ended:
        return text.append(translate(NOTHING))
    return text.append_text(totals(comparison.counts, width - text.cell_len, glyphs))


def totals(counts: Counter[PortClass], width: int, glyphs: GlyphSet) -> Text:
    """How many ports are of each class, by glyph and name; where it is too long the last classes lose their names."""
    found = [one for one in PortClass if counts[one]]
    for named in range(len(found), -1, -1):
        text = Text("  ").join(_total(one, counts[one], glyphs, at < named) for at, one in enumerate(found))
        if text.cell_len <= width:
            break
    return text


def _total(one: PortClass, count: int, glyphs: GlyphSet, named: bool) -> Text:
    glyph = class_cell(one, glyphs)[0].partition(" ")[0]
    return Text(f"{glyph} {count} {one}" if named else f"{glyph} {count}", CLASS_STYLES[one])


def notes(worker: CompareWorker, comparison: Comparison) -> str:
    """Sentences about targets that are none of the host's own addresses, about what was seen, and about the list."""
    targets = dict.fromkeys(one.address for one in comparison.findings)
    sentences = (foreign_note(comparison.listing, targets), *worker.notes, *comparison.listing.notes)
    return "  ".join(map(translate, filter(None, sentences)))
