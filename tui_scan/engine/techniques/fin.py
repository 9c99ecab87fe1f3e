"""TCP FIN (-sF): the end of a connection that never was, which a closed port resets and a listening one drops."""

from tui_scan.engine.techniques.silence import without_ack
from tui_scan.model.tcp_flags import FIN
from tui_scan.model.techniques import Technique

SCAN = without_ack(Technique.FIN, sends="a FIN that belongs to no connection", flags=FIN)
RULES, probes = SCAN.rules, SCAN.probes
