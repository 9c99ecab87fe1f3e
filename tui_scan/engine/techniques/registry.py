"""Every technique's table of rules, by name."""

from tui_scan.engine.techniques import connect, syn, udp
from tui_scan.model.techniques import Technique

RULES = {table.technique: table for table in (syn.RULES, connect.RULES, udp.RULES)}
