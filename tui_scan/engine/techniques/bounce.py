"""FTP bounce (-b): an FTP server is told to send a listing to the port; its reply tells whether it could connect."""

from tui_scan.engine.techniques.rules import Rule, RuleTable
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Technique

RULES = RuleTable(
    Technique.BOUNCE,
    sends="PORT with the target's address and port, and LIST, to the FTP server",
    rules=(
        Rule(
            "LIST was answered with a code 2xx",
            PortState.OPEN,
            Reason.FTP_REPLY,
            "The FTP server connected to the port and sent its listing there.",
            "RFC 959 §4.1.2 and §5.4; RFC 2577 §2 tells servers to refuse this",
            "a code 2xx",
            "It does not prove that the port is open for others than the FTP server.",
        ),
        Rule(
            "LIST was answered with another code, such as 425",
            PortState.CLOSED,
            Reason.FTP_REPLY,
            "The FTP server could not open its data connection: the port refused it.",
            "RFC 959 §5.4, code 425",
            "another code",
            "It does not prove that the port is closed: where a filter rejects the server, it says the same.",
        ),
    ),
    silence=Rule(
        "LIST had no final answer before the time-out",
        PortState.FILTERED,
        Reason.NO_RESPONSE,
        "The FTP server still tries to connect: nothing answers its SYNs to the port, or the server is slow.",
        "RFC 959 §5.4 and RFC 9293 §3.10.7.1",
        "no final code",
        "It does not prove a firewall, nor what others than the FTP server would meet.",
    ),
)


def state_of(code: int) -> PortState:
    """What the final reply to LIST says of the port."""
    return PortState.OPEN if 200 <= code < 300 else PortState.CLOSED
