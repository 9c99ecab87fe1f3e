"""TCP NULL (-sN): a segment without any flag, which a closed port resets and a listening one drops."""

from tui_scan.engine.techniques.silence import without_ack
from tui_scan.model.techniques import Technique

SCAN = without_ack(Technique.NULL, sends="a segment without any flag", flags=0)
RULES, probes = SCAN.rules, SCAN.probes
