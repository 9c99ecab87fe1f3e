"""TCP Xmas (-sX): FIN, PSH and URG together, which a closed port resets and a listening one drops."""

from tui_scan.engine.techniques.silence import without_ack
from tui_scan.model.tcp_flags import FIN, PSH, URG
from tui_scan.model.techniques import Technique

SCAN = without_ack(Technique.XMAS, sends="a segment with FIN, PSH and URG", flags=FIN | PSH | URG)
RULES, probes = SCAN.rules, SCAN.probes
