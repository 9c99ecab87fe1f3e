"""TCP_INFO: what the kernel measured on one connection.

Layout: Linux, ``include/uapi/linux/tcp.h``, ``struct tcp_info``, which grows at its end; tcp(7).
"""

import struct
from typing import NamedTuple

_FIELDS = (
    ("BBBBBBBB", "state ca_state retransmits probes backoff options wscale flags"),
    ("IIII", "rto ato snd_mss rcv_mss"),
    ("IIIII", "unacked sacked lost retrans fackets"),
    ("IIII", "last_data_sent last_ack_sent last_data_recv last_ack_recv"),
    ("IIIIIIII", "pmtu rcv_ssthresh rtt rttvar snd_ssthresh snd_cwnd advmss reordering"),
    ("III", "rcv_rtt rcv_space total_retrans"),
    ("QQQQ", "pacing_rate max_pacing_rate bytes_acked bytes_received"),
    ("IIIIII", "segs_out segs_in notsent_bytes min_rtt data_segs_in data_segs_out"),
    ("QQQQ", "delivery_rate busy_time rwnd_limited sndbuf_limited"),
    ("II", "delivered delivered_ce"),
    ("QQ", "bytes_sent bytes_retrans"),
    ("IIIIII", "dsack_dups reord_seen rcv_ooopack snd_wnd rcv_wnd rehash"),
)
_NAMES = tuple(name for _, names in _FIELDS for name in names.split())
_LAYOUT = struct.Struct("=" + "".join(form for form, _ in _FIELDS))

_OPTIONS = ((1, "timestamps"), (2, "sack"), (4, "window scaling"), (8, "ecn"), (16, "ecn seen"), (32, "fast open"))
_UNLIMITED = 0x7FFFFFFF
"""A slow-start threshold that nothing has set yet (TCP_INFINITE_SSTHRESH)."""


class TcpInfo(NamedTuple):
    """The measurements of one connection. Times are microseconds, ages milliseconds, windows segments.

    ``rtt`` and ``rttvar`` are the smoothed round trip and its variation, ``min_rtt`` the least one seen, ``rto`` the
    time until a retransmission. ``cwnd`` and ``ssthresh`` (None: none yet) are the congestion window and its
    threshold in segments, ``mss`` bytes. ``retransmitted`` counts segments in all, ``unacked``, ``lost`` and
    ``in_retransmission`` those now under way. ``bytes_sent`` counts data sent again too, ``bytes_acked`` the SYN too.
    ``delivery_rate`` and ``pacing_rate`` are bytes a second, ``idle_ms`` is the time since data last came or left.
    ``options`` are those that both sides agreed on.
    """

    rtt: int
    rttvar: int
    min_rtt: int | None
    rto: int
    cwnd: int
    ssthresh: int | None
    mss: int
    path_mtu: int
    unacked: int
    lost: int
    in_retransmission: int
    retransmitted: int
    bytes_sent: int
    bytes_acked: int
    bytes_received: int
    segments_out: int
    segments_in: int
    delivery_rate: int
    pacing_rate: int | None
    idle_ms: int
    receive_window: int
    options: tuple[str, ...]
    window_scales: tuple[int, int] | None


def parse_tcp_info(raw: bytes) -> TcpInfo | None:
    """Read the kernel's answer; None where it is too short. What an older kernel lacks reads as 0."""
    if len(raw) < 104:
        return None
    told = dict(zip(_NAMES, _LAYOUT.unpack(raw[: _LAYOUT.size].ljust(_LAYOUT.size, b"\0")), strict=True))
    scaled = told["options"] & 4
    return TcpInfo(
        rtt=told["rtt"],
        rttvar=told["rttvar"],
        min_rtt=told["min_rtt"] if 0 < told["min_rtt"] < (1 << 32) - 1 else None,
        rto=told["rto"],
        cwnd=told["snd_cwnd"],
        ssthresh=told["snd_ssthresh"] if told["snd_ssthresh"] < _UNLIMITED else None,
        mss=told["snd_mss"],
        path_mtu=told["pmtu"],
        unacked=told["unacked"],
        lost=told["lost"],
        in_retransmission=told["retrans"],
        retransmitted=told["total_retrans"],
        bytes_sent=told["bytes_sent"],
        bytes_acked=told["bytes_acked"],
        bytes_received=told["bytes_received"],
        segments_out=told["segs_out"],
        segments_in=told["segs_in"],
        delivery_rate=told["delivery_rate"],
        pacing_rate=told["pacing_rate"] if told["pacing_rate"] != (1 << 64) - 1 else None,
        idle_ms=min(told["last_data_sent"], told["last_data_recv"]),
        receive_window=told["rcv_space"],
        options=tuple(name for bit, name in _OPTIONS if told["options"] & bit),
        window_scales=(told["wscale"] & 15, told["wscale"] >> 4) if scaled else None,
    )
