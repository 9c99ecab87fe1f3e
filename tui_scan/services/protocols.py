"""Names of IP protocols: those of the IANA registry that are met most, and those of this machine's list."""

from functools import cache
from pathlib import Path

from tui_scan.services.system import Entry

HIGHEST = 255
_TABLE = """
0 hopopt
1 icmp
2 igmp
3 ggp
4 ipv4
5 st
6 tcp
7 cbt
8 egp
9 igp
12 pup
17 udp
20 hmp
22 xns-idp
27 rdp
29 iso-tp4
33 dccp
36 xtp
37 ddp
41 ipv6
43 ipv6-route
44 ipv6-frag
45 idrp
46 rsvp
47 gre
50 esp
51 ah
57 skip
58 ipv6-icmp
59 ipv6-nonxt
60 ipv6-opts
73 cphb
81 vmtp
88 eigrp
89 ospf
94 ipip
97 etherip
98 encap
103 pim
108 ipcomp
112 vrrp
115 l2tp
124 isis
132 sctp
133 fc
135 mobility-header
136 udplite
137 mpls-in-ip
138 manet
139 hip
140 shim6
141 wesp
142 rohc
143 ethernet
253 exp1
254 exp2
255 reserved
"""
"""Number and keyword (IANA, "Protocol Numbers"), in small letters."""


@cache
def known_protocols() -> dict[int, str]:
    """Number to name, in rising order."""
    rows = (line.split() for line in _TABLE.split("\n") if line)
    return {int(number): name for number, name in rows}


@cache
def system_protocols(path: Path = Path("/etc/protocols")) -> tuple[Entry, ...]:
    """The entries of protocols(5) in the order of the file; empty where there is no such file.

    Lines that do not follow its format are passed over.
    """
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ()
    rows = (line.split("#", 1)[0].split() for line in lines)
    return tuple(Entry(int(row[1]), (row[0], *row[2:])) for row in rows if _follows(row))


def _follows(row: list[str]) -> bool:
    return len(row) > 1 and row[1].isascii() and row[1].isdigit() and int(row[1][:4]) <= HIGHEST
