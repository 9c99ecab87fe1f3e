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
    (right, made), title = stepper.score, TECHNIQUES[probe.technique].title
    words = (
        translate("   probe {number} of {count}", number=stepper.at + 1, count=len(stepper.probes)),
        translate("{type} to {port} on {address}", type=title, port=probe.port, address=probe.address),
        translate("flowing") if stepper.flowing else "",
        translate("predicted {right} of {made}", right=right, made=made) if made else "",
        translate("{count} more to ask", count=stepper.left) if stepper.left else "",
    )
    return "  ".join(filter(None, words))


def hint(stepper: Stepper, probe: Probe) -> str:
    """What the next key would do, where nothing else says it."""
    if probe is not stepper.current or not (probe.all_shown or probe.stage is Stage.KEPT_BACK):
        return ""
    return translate(NEXT if stepper.left else LAST)
