"""Options that say which ports are scanned, and in which order."""

from tui_scan.options.option import Group, Option

PORTS = Group(
    "ports",
    (
        Option(("-p",), "ports", "22, 1-100, 60000-, -, T:80,U:53, http*", "PORTS", lambda _, text: text),
        Option(("-r",), "randomize", "ports in rising order, not at random", value=False),
    ),
)
