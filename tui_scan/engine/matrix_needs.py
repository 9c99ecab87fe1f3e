"""What a matrix takes of the options that change packets, and what of them the connect scan does not."""

from dataclasses import replace

from tui_scan.engine.packet_needs import OPTIONS, check_packets
from tui_scan.engine.third_party import check_third_parties
from tui_scan.language import Sentence, translate
from tui_scan.model.errors import UsageError
from tui_scan.model.packet_form import PacketForm
from tui_scan.model.request import ScanRequest
from tui_scan.model.techniques import Technique
from tui_scan.scope.plan import ScanPlan

REFUSED = {
    "-sI": "-sI is a scan type, and the matrix has its own nine. Leave it out, or scan by it alone: tui-scan scan -sI.",
    "-b": "-b is a scan type, and the matrix has its own nine. Leave it out, or scan by it alone: tui-scan scan -b.",
    "-D": "-D hides who asks, and by connect() a decoy cannot ask. The matrix takes none: leave it out.",
    "--spoof-mac": "--spoof-mac lets the target answer another address, so connect() hears nothing. Leave it out.",
    "--badsum": "--badsum keeps every real host silent, and silence would be taken for a filter. Leave it out.",
}
"""Options by which a matrix would prove nothing."""
WITHOUT = "connect is run without {options}: the kernel writes its packets."
_KERNELS = ("source_port", "ttl")
"""Fields of PacketForm that hold for the kernel's packets too."""


def check_matrix(request: ScanRequest, able: tuple[Technique, ...], raw: bool) -> None:
    """UsageError or PrivilegeError where options do not go with these scan types, or with a matrix."""
    given = [*request.third.options, *(OPTIONS[name] for name in request.packets.given)]
    for option in given:
        if option in REFUSED:
            raise UsageError(REFUSED[option])
    check_packets(request, able, raw)
    check_third_parties(request, tuple(one for one in able if one is not Technique.CONNECT), raw)


def plan_for_connect(plan: ScanPlan) -> ScanPlan:
    """The same plan as far as connect() can carry it out."""
    packets, third = plan.request.packets, plan.request.third
    kept = PacketForm(**{name: getattr(packets, name) for name in _KERNELS})
    request = replace(plan.request, packets=kept, third=replace(third, source=None))
    return replace(plan, request=request, third=plan.third._replace(source=None))


def told_of_connect(request: ScanRequest) -> tuple[str, ...]:
    """A sentence about the options that connect() does without, where there are any."""
    left = [OPTIONS[name] for name in request.packets.given if name not in _KERNELS]
    left += ["-S"] if request.third.source else []
    return (Sentence(WITHOUT, options=translate(" and ").join(left)),) if left else ()
