"""The lines that say where step mode is: the one above the pane, and what the next key would do."""

from tui_scan.language import translate
from tui_scan.model.techniques import TECHNIQUES
from tui_scan.ui.step_probe import Probe, Stage
from tui_scan.ui.stepping import Stepper

NEXT = "Space makes the next port's probe ready."
LAST = "That was the last port. r asks it once more, c edits."


def says(stepper: Stepper) -> str:
    """Which probe is shown, and how many predictions held."""
    probe = stepper.shown
    if probe is None:
        return ""
    right, made = stepper.score
    words = (
        f"   probe {stepper.at + 1} of {len(stepper.probes)}",
        f"{TECHNIQUES[probe.technique].title} to {probe.port} on {probe.address}",
        "flowing" if stepper.flowing else "",
        f"predicted {right} of {made}" if made else "",
        f"{stepper.left} more to ask" if stepper.left else "",
    )
    return "  ".join(filter(None, words))


def hint(stepper: Stepper, probe: Probe) -> str:
    """What the next key would do, where nothing else says it."""
    if probe is not stepper.current or not (probe.all_shown or probe.stage is Stage.KEPT_BACK):
        return ""
    return translate(NEXT if stepper.left else LAST)
