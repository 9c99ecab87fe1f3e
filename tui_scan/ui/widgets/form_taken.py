"""Fields of the form whose place another field takes: a zombie, an FTP server, or an aim that needs no scan type."""

from collections.abc import Mapping
from typing import NamedTuple

from tui_scan.engine.third_party import third_party_techniques
from tui_scan.model.discovery import Aim
from tui_scan.model.request import ScanRequest
from tui_scan.model.techniques import TECHNIQUES, Technique

TYPES = ("tcp", "udp", "other")
"""The fields that choose scan types."""

NO_TCP = "no TCP"
"""The choice among the types of TCP that takes none of them."""

_NONE = {"tcp": NO_TCP, "udp": "no", "other": "no"}

_BY_PARTY = {
    Technique.IDLE: "The zombie (third parties) takes the place of all scan types: an idle scan (-sI) is run.",
    Technique.BOUNCE: "The FTP server (third parties) takes the place of all scan types: it connects for us (-b).",
}
_BY_AIM = {
    Aim.HOSTS: "The aim “hosts” (-sn) only finds out who is up: no ports are scanned.",
    Aim.LIST: "The aim “list” (-sL) only lists the targets and their names: nothing is sent to them.",
}


class Taken(NamedTuple):
    """What is shown in the fields of the scan types in place of what was chosen there, and why."""

    words: Mapping[str, str]
    sentence: str


FREE = Taken({}, "")


def taken_by(request: ScanRequest) -> Taken:
    """What takes the place of the scan types in this request."""
    if request.aim is not Aim.PORTS:
        return Taken(_NONE, _BY_AIM[request.aim])
    for technique in third_party_techniques(request):
        return Taken(
            {**_NONE, "tcp": TECHNIQUES[technique].title.removeprefix("TCP ")},
            _BY_PARTY[technique],
        )
    return FREE
