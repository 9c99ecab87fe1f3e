"""The line above the comparison's table: what is waited for, what is wrong, or how many ports are of which class."""

from rich.text import Text

from tui_scan.compare.classes import PortClass
from tui_scan.compare.join import Comparison
from tui_scan.compare.listed import foreign_note
from tui_scan.compare.worker import CompareWorker
from tui_scan.engine.progress import Phase
from tui_scan.ui.widgets.compare_rows import CLASS_STYLES

NOTHING = "Nothing listens, and nothing is open among the ports that were asked."
WRONG, STRONG = "bold red", "bold"


def says(worker: CompareWorker, comparison: Comparison | None, hidden: int) -> Text:
    """How far it is, and what was found; ``hidden`` findings are kept away by the filter."""
    text = Text(" ")
    if not worker.phase.ended:
        text.append(f"{worker.now.progress}  ", STRONG)
    elif worker.error:
        return text.append(str(worker.error), WRONG)
    elif worker.phase is Phase.STOPPED:
        text.append("stopped  ", STRONG)
    if hidden:
        text.append(f"{hidden} hidden by the filter  ", STRONG)
    if comparison is None:
        return text
    if any(one.seen.vantage.own for one in comparison.findings):
        text.append("no remote view: this machine itself  ", "bold yellow")
    for one in PortClass:
        if comparison.counts[one]:
            text.append(f"{comparison.counts[one]} {one}  ", CLASS_STYLES[one])
    if not comparison.findings and worker.phase.ended:
        text.append(NOTHING)
    return text


def notes(worker: CompareWorker, comparison: Comparison) -> str:
    """Sentences about targets that are none of the host's own addresses, about what was seen, and about the list."""
    targets = dict.fromkeys(one.address for one in comparison.findings)
    sentences = (foreign_note(comparison.listing, targets), *worker.notes, *comparison.listing.notes)
    return "  ".join(filter(None, sentences))
