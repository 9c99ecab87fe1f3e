"""Options that choose the scan types."""

from tui_scan.options.option import Group, Option
from tui_scan.options.values import scan_types

TECHNIQUE_OPTIONS = Group(
    "scan types",
    (
        Option(
            ("-s",),
            "techniques",
            "-sS: TCP SYN; -sT: TCP connect; -sU: UDP; -sSU: both",
            "TYPE",
            lambda _, letters: scan_types(letters),
            gathers=True,
        ),
    ),
)
