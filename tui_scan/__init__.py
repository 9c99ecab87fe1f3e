"""tui_scan: a port scanner in the terminal that shows what it does and why."""

__version__ = "0.1.0"
