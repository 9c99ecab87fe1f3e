"""The scan techniques by name; what each sends and what answers mean stands in ``engine/techniques``."""

from enum import StrEnum
from typing import NamedTuple


class Protocol(StrEnum):
    """What ports belong to, as reports name it. Of IP the "ports" are the protocol numbers 0 to 255."""

    TCP = "tcp"
    UDP = "udp"
    SCTP = "sctp"
    IP = "ip"

    @property
    def number(self) -> int:
        """The IP protocol number (IANA)."""
        return {"tcp": 6, "udp": 17, "sctp": 132, "ip": 0}[self.value]

    @property
    def noun(self) -> str:
        """What one of its numbers is called."""
        return "protocol" if self is Protocol.IP else "port"


TCP_AND_UDP = (Protocol.TCP, Protocol.UDP)
"""The protocols whose ports every host has."""


class Technique(StrEnum):
    """A scan type; the value is nmap's name for it in ``scaninfo/@type``."""

    SYN = "syn"
    CONNECT = "connect"
    ACK = "ack"
    WINDOW = "window"
    MAIMON = "maimon"
    NULL = "null"
    FIN = "fin"
    XMAS = "xmas"
    UDP = "udp"
    SCTP_INIT = "sctpinit"
    SCTP_COOKIE_ECHO = "sctpcookieecho"
    IP_PROTOCOL = "ipproto"
    IDLE = "idle"
    BOUNCE = "bounce"


class TechniqueInfo(NamedTuple):
    """What the form, the help and the command line need to know of a technique.

    ``option`` is nmap's option; ``needs_raw`` says that it cannot run without CAP_NET_RAW, ``third_party`` that
    somebody else's machine takes part, which its option names.
    """

    technique: Technique
    option: str
    title: str
    protocol: Protocol
    needs_raw: bool
    summary: str
    third_party: bool = False


TECHNIQUES = {
    info.technique: info
    for info in (
        TechniqueInfo(
            Technique.SYN,
            "-sS",
            "TCP SYN",
            Protocol.TCP,
            True,
            "sends a SYN and never completes the handshake",
        ),
        TechniqueInfo(
            Technique.CONNECT,
            "-sT",
            "TCP connect",
            Protocol.TCP,
            False,
            "completes the handshake by connect(), no privilege needed",
        ),
        TechniqueInfo(
            Technique.ACK,
            "-sA",
            "TCP ACK",
            Protocol.TCP,
            True,
            "sends a stray ACK; tells which ports a filter lets through",
        ),
        TechniqueInfo(
            Technique.WINDOW,
            "-sW",
            "TCP window",
            Protocol.TCP,
            True,
            "sends a stray ACK and reads the window of the reset",
        ),
        TechniqueInfo(
            Technique.MAIMON,
            "-sM",
            "TCP Maimon",
            Protocol.TCP,
            True,
            "sends FIN-ACK; open ports of BSD stacks keep silent",
        ),
        TechniqueInfo(
            Technique.NULL,
            "-sN",
            "TCP NULL",
            Protocol.TCP,
            True,
            "sends no flag at all; silence leaves open|filtered",
        ),
        TechniqueInfo(
            Technique.FIN,
            "-sF",
            "TCP FIN",
            Protocol.TCP,
            True,
            "sends a stray FIN; silence leaves open|filtered",
        ),
        TechniqueInfo(
            Technique.XMAS,
            "-sX",
            "TCP Xmas",
            Protocol.TCP,
            True,
            "sends FIN,PSH,URG; silence leaves open|filtered",
        ),
        TechniqueInfo(
            Technique.UDP,
            "-sU",
            "UDP",
            Protocol.UDP,
            False,
            "sends a datagram; silence leaves open|filtered",
        ),
        TechniqueInfo(
            Technique.SCTP_INIT,
            "-sY",
            "SCTP INIT",
            Protocol.SCTP,
            True,
            "begins an association and never completes it",
        ),
        TechniqueInfo(
            Technique.SCTP_COOKIE_ECHO,
            "-sZ",
            "SCTP COOKIE-ECHO",
            Protocol.SCTP,
            True,
            "sends a cookie that nobody gave; silence leaves open|filtered",
        ),
        TechniqueInfo(
            Technique.IP_PROTOCOL,
            "-sO",
            "IP protocol",
            Protocol.IP,
            True,
            "sends a packet of each IP protocol; tells which of them the host speaks",
        ),
        TechniqueInfo(
            Technique.IDLE,
            "-sI",
            "TCP idle",
            Protocol.TCP,
            True,
            "sends SYNs in a zombie's name, and sees by the zombie's identifications what came of them",
            third_party=True,
        ),
        TechniqueInfo(
            Technique.BOUNCE,
            "-b",
            "FTP bounce",
            Protocol.TCP,
            False,
            "has an FTP server connect to the ports",
            third_party=True,
        ),
    )
}
