"""What system calls told, as steps: there the kernel talks to the target, and its packets are not seen."""

from tui_scan.exchange.steps import Direction, Kind, Step
from tui_scan.language import translate
from tui_scan.model.packets import Event, Origin

_TOLD = {
    ("connect()", "sent"): "your kernel sends SYN",
    ("connect()", "0"): "your kernel got SYN-ACK and completed the handshake",
    ("connect()", "ECONNREFUSED"): "your kernel got RST",
    ("PORT and LIST", "sent"): "the FTP server is told to connect to the port",
    ("send()", "sent"): "your kernel sends a UDP datagram",
    ("recv()", "0"): "your kernel got a UDP datagram from the port",
}
"""What a call's result says of the packets behind it; an ICMP error's detail says it better."""


def told(event: Event, t_us: float | None) -> Step:
    """One event as a step."""
    sent = event.result == "sent"
    summary = event.call if sent else f"{event.call}: {'ok' if event.result == '0' else event.result}"
    note = translate(_TOLD.get((event.call, event.result), ""))
    if event.detail:
        note = f"{note}; {event.detail}" if note and event.result == "0" else event.detail
    return Step(
        t_us=t_us,
        kind=Kind.CALL,
        origin=event.origin,
        direction=Direction.OUT if event.origin is Origin.SCANNER else Direction.IN,
        summary=summary,
        try_number=event.try_number,
        seen=False,
        note=note,
    )
