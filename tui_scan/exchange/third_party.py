"""What is to be seen of third parties in a port's packets: a zombie's identifications, the decoys beside a probe."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from tui_scan.exchange.steps import Step
from tui_scan.language import translate
from tui_scan.model.packets import Event, Origin, Packet
from tui_scan.model.techniques import Technique
from tui_scan.scope.third_party import Parties


def with_parties(
    steps: Iterable[Step], items: Sequence[Packet | Event], technique: Technique, parties: Parties
) -> list[Step]:
    """The steps of these items, with notes on the third parties."""
    count = sum(1 for decoy in parties.decoys if decoy)
    told = []
    for step, item in zip(steps, items, strict=True):
        note = ""
        if isinstance(item, Packet) and technique is Technique.IDLE and parties.zombie:
            note = _of_zombie(item, parties.zombie.address)
            step = replace(step, seq_relative=None, ack_relative=None)  # each packet begins with a number of its own
        elif isinstance(item, Packet) and item.origin is Origin.SCANNER and count:
            note = _of_decoys(count)
        told.append(replace(step, note=f"{step.note}; {note}" if step.note and note else step.note or note))
    return told


def _of_zombie(item: Packet, zombie: str) -> str:
    if item.origin is Origin.THIRD_PARTY:
        number = int.from_bytes(item.data[4:6], "big")
        return translate("from the zombie {zombie}, identification {number}", zombie=zombie, number=number)
    if _address(item.data[16:20]) == zombie:
        return translate("to the zombie {zombie}", zombie=zombie)
    return translate("in the name of the zombie {zombie}", zombie=zombie)


def _of_decoys(count: int) -> str:
    if count == 1:
        return translate("1 copy left beside it, in the name of a decoy")
    return translate("{count} copies left beside it, in the name of decoys", count=count)


def _address(wire: bytes) -> str:
    return ".".join(map(str, wire))
