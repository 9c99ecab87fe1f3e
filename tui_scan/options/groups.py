"""All groups of options that make a request, in the order of the help."""

from tui_scan.options.capture import CAPTURE
from tui_scan.options.discovery import DISCOVERY
from tui_scan.options.option import Group
from tui_scan.options.packets import PACKETS
from tui_scan.options.pings import PING_OPTIONS
from tui_scan.options.ports import PORTS
from tui_scan.options.targets import TARGETS
from tui_scan.options.techniques import TECHNIQUE_OPTIONS
from tui_scan.options.third_party import THIRD_PARTIES
from tui_scan.options.timing import TIMING

GROUPS: tuple[Group, ...] = (
    TARGETS,
    DISCOVERY,
    PING_OPTIONS,
    TECHNIQUE_OPTIONS,
    PORTS,
    TIMING,
    PACKETS,
    THIRD_PARTIES,
    CAPTURE,
)
