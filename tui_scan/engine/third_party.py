"""Which scan types go with others that take part in a scan."""

from tui_scan.model.errors import PrivilegeError, UsageError
from tui_scan.model.request import ScanRequest
from tui_scan.model.techniques import TECHNIQUES, Technique


def third_party_techniques(request: ScanRequest) -> tuple[Technique, ...]:
    """The scan type that a zombie or an FTP server stands for; empty where there is neither."""
    if request.third.zombie:
        return (Technique.IDLE,)
    return (Technique.BOUNCE,) if request.third.relay else ()


def check_third_parties(request: ScanRequest, techniques: tuple[Technique, ...], raw: bool) -> None:
    """UsageError where decoys, another source or other packets are asked of a scan type that has no use for them."""
    third = request.third
    option = "-D" if third.decoys else "-S" if third.source else ""
    if option and not raw:
        raise PrivilegeError(
            "{option} needs raw sockets, and this process may not open them. Run it with sudo.", option=option
        )
    if option and Technique.CONNECT in techniques:
        raise UsageError(
            "{option} changes packets, and those of -sT are the kernel's. Choose -sS, or leave {option} out.",
            option=option,
        )
    for technique in techniques:
        info = TECHNIQUES[technique]
        if info.third_party and request.scan_flags is not None:
            raise UsageError("--scanflags has nothing to do with {option}. Leave it out.", option=info.option)
        if info.third_party and request.packets.given:
            raise UsageError("{option} takes no options of packets. Leave them out.", option=info.option)
