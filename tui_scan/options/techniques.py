"""Options that choose the scan types."""

from tui_scan.model.techniques import TECHNIQUES
from tui_scan.options.option import Group, Option
from tui_scan.options.values import scan_flags, scan_types

TECHNIQUE_OPTIONS = Group(
    "scan types",
    (
        Option(
            ("-s",),
            "techniques",
            "; ".join(f"{info.option}: {info.title}" for info in TECHNIQUES.values() if not info.third_party)
            + "; -sSU: two of them",
            "TYPE",
            lambda _, letters: scan_types(letters),
            gathers=True,
        ),
        Option(
            ("--scanflags",),
            "scan_flags",
            "TCP probes with these flags (SYNFIN, 0x29), read as the scan type reads its own",
            "FLAGS",
            scan_flags,
            title="Scan flags",
        ),
    ),
)
