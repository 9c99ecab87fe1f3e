"""Options that say which hosts are probed, how their names are found, and which way the packets go."""

from tui_scan.model.discovery import Aim
from tui_scan.model.request import Resolve
from tui_scan.options.option import Group, Option
from tui_scan.options.values import interface_name, servers

DISCOVERY = Group(
    "hosts, names and way",
    (
        Option(
            ("-sn", "-sP"),
            "aim",
            "find the hosts that are up, and scan no ports",
            value=Aim.HOSTS,
            title="Aim",
            word="hosts",
        ),
        Option(
            ("-sL",),
            "aim",
            "list the targets and their names, and send them nothing",
            value=Aim.LIST,
            title="Aim",
            word="list",
        ),
        Option(("--traceroute",), "trace", "find the routers on the way to each host", title="Traceroute"),
        Option(
            ("-A",),
            "trace",
            "nmap's aggressive scan, as far as it exists here: --traceroute, and no versions, systems or scripts",
        ),
        Option(("-n",), "resolve", "look up no name of an address", value=Resolve.NEVER),
        Option(("-R",), "resolve", "look up the names of all addresses", value=Resolve.ALWAYS),
        Option(
            ("--dns-servers",), "name_servers", "ask these for names", "SERVERS", servers, show=",".join, title="DNS"
        ),
        Option(("--system-dns",), "system_dns", "ask the system's resolver for names", title="System DNS"),
        Option(("-e",), "interface", "send through this interface", "IFACE", interface_name),
    ),
)
