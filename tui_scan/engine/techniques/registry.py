"""Every technique's table of rules, by name."""

from tui_scan.engine.techniques import connect, syn, udp

RULES = {table.technique: table for table in (syn.RULES, connect.RULES, udp.RULES)}
