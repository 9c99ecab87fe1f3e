"""What is told around the table of sockets: counts above it, the meaning of the chosen socket below."""

from collections.abc import Iterator
from dataclasses import dataclass

from rich.text import Text

from tui_scan.language import number, translate
from tui_scan.local.attributes import Told, told_of
from tui_scan.local.records import UNIX, LocalSocket
from tui_scan.local.states import SocketState
from tui_scan.local.tcp_info import TcpInfo
from tui_scan.local.timers import timer_sentence
from tui_scan.ui.widgets.socket_rows import GROUPS, SocketRows
from tui_scan.ui.widgets.socket_table import SocketTable

HIDDEN_ONE = "The owner of 1 socket is hidden: {reason}."
HIDDEN = "The owners of {count} sockets are hidden: {reason}."
RETRANSMITTED = "retransmitted {again:,} of {count:,} segments"
AMOUNTS = "sent {sent:,} B, received {received:,} B"


@dataclass(frozen=True, slots=True)
class Detail:
    """What was asked for one socket alone: the kernel's measurements and the path of its control group."""

    one: LocalSocket
    told: Told
    group: str


def counts_line(table: SocketTable, every: float, error: str) -> Text:
    """How many sockets are shown, of which kinds, what came and went; ``error`` where something is wrong."""
    options, reading = table.options, table.reading
    kinds = "+".join(name for name in GROUPS if name in options.groups)
    appeared, gone = len(reading.appeared), len(reading.gone)
    text = Text()
    if table.namespace is not None:
        text.append(translate("namespace {name}", name=table.namespace.title), "bold").append("  ")
    every_one = len(reading.sockets) + gone
    text.append(translate("{shown:,} of {count:,} sockets", shown=len(table.rows), count=every_one))
    text.append(f"  {kinds}, {translate('listening' if options.listening else 'all')}")
    text.append("  ").append(translate("{appeared} new, {gone} gone", appeared=appeared, gone=gone))
    if every != 1:
        text.append("  ").append(translate("every {seconds:g} s", seconds=every))
    if options.terms:
        text.append(translate("  filtered"), "bold")
    if table.frozen:
        text.append(f"  {translate('FROZEN')}", "bold reverse")
    if error:
        text.append(f"  {error}", "bold red")
    return text


def states_line(table: SocketTable) -> Text:
    """How many of the sockets that are shown are in each state."""
    rows = table.rows
    if not isinstance(rows, SocketRows):
        return Text()
    return Text("  ".join(f"{name} {number(count)}" for name, count in rows.states.most_common()), "dim")


def told(table: SocketTable, detail: Detail | None) -> Text:
    """What the chosen socket's state means, what the table has no room for, and what is hidden and why."""
    one, reading, text = table.selected, table.reading, Text()
    rows = table.rows
    if one is not None and isinstance(rows, SocketRows):
        if rows.went(one):
            text.append(translate("This socket went a moment ago. It was in the state "), "bold")
        text.append(_label(one), "bold")
        text.append(f"{one.meaning}\n")
        fitting = detail if detail is not None and detail.one.key == one.key else None
        parts = [*_unshown(one, table, rows), *_details(one, fitting)]
        text.append("  ".join(parts) + "\n" if parts else "")
    if not reading.owned and reading.sockets:
        text.append(translate("The owners are being looked up."), "dim")
    if reading.hidden:
        count = reading.hidden
        text.append(
            translate(HIDDEN_ONE if count == 1 else HIDDEN, count=count, reason=translate(reading.reason)), "dim"
        )
    return text


def _label(one: LocalSocket) -> str:
    """What stands before the meaning: the state, or what a socket without one is; raw and packet sockets say so."""
    if one.state_label:
        return translate("{state}: ", state=one.state_label)
    what = {"udp": "UDP without a peer: ", UNIX: "UNIX {kind} socket: "}.get(one.protocol.rstrip("6"), "")
    return translate(what, kind=one.kind)


def _unshown(one: LocalSocket, table: SocketTable, rows: SocketRows) -> Iterator[str]:
    """The cells of the columns that there is no room for, and texts that were cut."""
    widths = {table.columns[place.number].key: place.width for place in table.places}
    for column, text in zip(table.columns, rows.texts(one), strict=True):
        if column.key == "timer":
            continue
        if text and (column.key not in widths or len(text) > widths[column.key]):
            yield f"{translate(column.title)} {text}"


def _details(one: LocalSocket, detail: Detail | None) -> Iterator[str]:
    """A listener's limit, the timer, why there is no owner, and what was asked for this socket alone."""
    if one.backlog is not None and one.state is SocketState.LISTEN:
        yield translate("at most {backlog} wait in Recv-Q", backlog=one.backlog)
    if one.v6only is not None:
        yield translate("IPv6 only" if one.v6only else "IPv4 and IPv6")
    if one.device:
        yield translate("bound to the interface {device}", device=one.device)
    if one.protocol == UNIX and one.state is SocketState.ESTABLISHED and not one.peer and not one.note:
        yield translate("its peer has not accepted it, or is gone")
    if one.note:
        yield translate(one.note)
    if one.running.timer:
        yield timer_sentence(one)
    known = detail.told if detail is not None else told_of(one)
    if detail is not None and detail.group not in ("", "/"):
        yield f"cgroup {detail.group}"
    if known.mark:
        yield f"mark 0x{known.mark:x}"
    if known.shut:
        yield translate("shut for {ways}", ways=known.shut)
    if known.tcp is not None:
        yield tcp_line(known.tcp, known.congestion)
    if known.memory is not None and known.memory.dropped:
        yield translate("{count:,} packets dropped", count=known.memory.dropped)


def tcp_line(tcp: TcpInfo, congestion: str) -> str:
    """The measurements of a connection in one line."""
    parts = [translate("rtt {rtt}, varies by {variance}", rtt=_ms(tcp.rtt), variance=_ms(tcp.rttvar))]
    if tcp.min_rtt is not None:
        parts.append(translate("least {rtt}", rtt=_ms(tcp.min_rtt)))
    window = f"cwnd {tcp.cwnd}" + (f", ssthresh {tcp.ssthresh}" if tcp.ssthresh is not None else "")
    parts += [window + (f" ({congestion})" if congestion else ""), f"rto {_ms(tcp.rto)}", f"mss {tcp.mss}"]
    parts.append(translate(RETRANSMITTED, again=tcp.retransmitted, count=tcp.segments_out))
    if tcp.unacked:
        parts.append(translate("not acknowledged yet {count:,}", count=tcp.unacked))
    if tcp.lost:
        parts.append(translate("lost {count:,}", count=tcp.lost))
    parts.append(translate(AMOUNTS, sent=tcp.bytes_sent, received=tcp.bytes_received))
    parts.append(translate("idle {seconds:.1f} s", seconds=tcp.idle_ms / 1000))
    if tcp.options:
        parts.append(", ".join(tcp.options))
    return "  ".join(parts)


def _ms(microseconds: int) -> str:
    return f"{microseconds / 1000:.3g} ms"
