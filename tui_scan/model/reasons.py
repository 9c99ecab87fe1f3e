"""Why a port or a host has its state, under the names nmap's ``--reason`` prints."""

from enum import IntEnum


class Reason(IntEnum):
    """The evidence behind a verdict; the value is what the ledger stores (uint8)."""

    NONE = 0
    SYN_ACK = 1
    RESET = 2
    CONN_REFUSED = 3
    NO_RESPONSE = 4
    UDP_RESPONSE = 5
    SPLIT_HANDSHAKE_SYN = 6
    NET_UNREACH = 7
    HOST_UNREACH = 8
    PROTO_UNREACH = 9
    PORT_UNREACH = 10
    NET_PROHIBITED = 11
    HOST_PROHIBITED = 12
    ADMIN_PROHIBITED = 13
    TIME_EXCEEDED = 14
    NO_ROUTE = 15
    BEYOND_SCOPE = 16
    REJECT_ROUTE = 17
    USER_SET = 18
    LOCALHOST_RESPONSE = 19
    ARP_RESPONSE = 20
    ND_RESPONSE = 21
    ECHO_REPLY = 22
    HOST_TIMEOUT = 23
    TIMESTAMP_REPLY = 24
    ADDRESSMASK_REPLY = 25
    INIT_ACK = 26
    ABORT = 27
    PROTO_RESPONSE = 28
    PARAM_PROBLEM = 29
    LIMITED = 30
    IPID_CHANGE = 31
    NO_IPID_CHANGE = 32
    FTP_REPLY = 33

    @property
    def label(self) -> str:
        """The name in reports, such as ``syn-ack``."""
        return self.name.lower().replace("_", "-") if self else "-"


ICMP_REASONS = frozenset(
    {
        Reason.NET_UNREACH,
        Reason.HOST_UNREACH,
        Reason.PROTO_UNREACH,
        Reason.PORT_UNREACH,
        Reason.NET_PROHIBITED,
        Reason.HOST_PROHIBITED,
        Reason.ADMIN_PROHIBITED,
        Reason.TIME_EXCEEDED,
        Reason.NO_ROUTE,
        Reason.BEYOND_SCOPE,
        Reason.REJECT_ROUTE,
        Reason.PARAM_PROBLEM,
    }
)
"""The reasons that an ICMP or ICMPv6 error gave."""
