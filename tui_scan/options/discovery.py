"""Options that say which hosts are probed, how their names are found, and which way the packets go."""

from tui_scan.model.request import Resolve
from tui_scan.options.option import Group, Option
from tui_scan.options.values import interface_name

DISCOVERY = Group(
    "hosts, names and way",
    (
        Option(("-n",), "resolve", "look up no name of an address", value=Resolve.NEVER),
        Option(("-R",), "resolve", "look up the names of all addresses", value=Resolve.ALWAYS),
        Option(("-e",), "interface", "send through this interface", "IFACE", interface_name),
    ),
)
