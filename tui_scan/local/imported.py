"""A listing that a person brings: the pasted or saved output of ``ss``, ``netstat``, /proc or ``tui-scan local``.

The form of each line is seen by the line itself, so that several outputs may stand in one text.
"""

import ipaddress
import math
import re
from collections.abc import Iterable, Iterator

from tui_scan.language import Sentence
from tui_scan.local import imported_bsd, imported_json, imported_netstat, imported_proc, imported_ss
from tui_scan.local.imported_parts import Connected, Passed, Reader, Unreadable
from tui_scan.local.listing import Listing
from tui_scan.local.owners import printable
from tui_scan.local.proc_net import ByteOrder
from tui_scan.local.records import LocalSocket
from tui_scan.model.errors import UsageError

_FRAME = re.compile(r"[^|]*[$#%>❯]\s*(?:sudo\s+)?(?:ss|netstat|cat|head|tail|tui-scan)\b|==+> .* <==+$|== \w+6?$")
"""A prompt with the command, or a line by which ``head`` and ``tail`` name a file."""

_BROADCAST = ipaddress.ip_address("255.255.255.255")
_SHOWN = 4
_NOT_TOLD = {
    "tcp": "No TCP listener is in it. If the command left them out, open TCP ports will look as if nobody listened.",
    "udp": "No UDP socket is in it. If the command left them out, open UDP ports will look as if nobody listened.",
}
_HIDDEN = Sentence("Whoever ran the command was not root, so the owners of some sockets are hidden.")


def read_listing(text: str, source: str, byteorder: ByteOrder | None = None) -> Listing:
    """Read the listeners in a text; ``source`` says where it is from, such as a file's name.

    ``byteorder`` is that of the host whose /proc was read; None: as an address of loopback in the text tells it,
    else as this host has it. Lines that cannot be read are told in the notes with their numbers, and ``complete``
    is then False. UsageError where nothing in the text is a list of sockets.
    """
    outcomes = list(_outcomes(text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}"), byteorder))
    sockets = tuple(_safe(one) for _, one in outcomes if isinstance(one, LocalSocket))
    bad = [(number, one) for number, one in outcomes if isinstance(one, str)]
    if len(bad) == len(outcomes):
        first = Sentence(" Line {number}: {problem}", number=bad[0][0], problem=bad[0][1]) if bad else ""
        raise UsageError(
            "The text of {source} is no list of sockets.{first} Paste or save what one of these prints on "
            "the host: ss -tulnp; netstat -tulpn (on macOS and the BSDs netstat -an); cat /proc/net/tcp "
            "/proc/net/tcp6 /proc/net/udp /proc/net/udp6; tui-scan local -al --json.",
            source=source,
            first=first,
        )
    missing = [note for kind, note in _NOT_TOLD.items() if not any(one.protocol.startswith(kind) for one in sockets)]
    hidden = any(words in text for words in imported_netstat.HIDDEN_OWNERS)
    notes = (*_unread(bad), *missing, *((_HIDDEN,) if hidden else ()))
    told = [one.address for _, one in outcomes if isinstance(one, Connected)]
    shown = _concrete([*told, *(one.local_address for one in sockets)])
    return Listing(sockets, source, math.nan, "", not bad and not missing, notes, frozenset(), shown=shown)


def _concrete(addresses: Iterable[str]) -> frozenset[str]:
    """Those that only this host can have: neither any address, nor loopback, nor the address of a group or a link."""
    values = [ipaddress.ip_address(text) for text in set(addresses)]
    plain = [getattr(one, "ipv4_mapped", None) or one for one in values]
    return frozenset(
        str(one)
        for one in plain
        if not (one.is_unspecified or one.is_loopback or one.is_multicast or one.is_link_local or one == _BROADCAST)
    )


def _outcomes(text: str, byteorder: ByteOrder | None) -> Iterator[tuple[int, LocalSocket | Connected | Passed | str]]:
    """Each line that is not blank with its number: what it holds, or why it cannot be read."""
    readers = (
        imported_json.reader(text),
        imported_proc.reader(text, byteorder),
        imported_netstat.reader(text),
        imported_ss.reader(text),
        imported_bsd.reader(text),
    )
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield number, _outcome(line.rstrip(), readers)


def _outcome(line: str, readers: Iterable[Reader]) -> LocalSocket | Connected | Passed | str:
    reason = ""
    for read in readers:
        try:
            found = read(line)
        except Unreadable as error:
            reason = reason or str(error)
        else:
            if isinstance(found, LocalSocket | Connected) or (found and not reason):
                return found
    if reason:
        return reason
    return Passed.HEADING if _FRAME.match(line) else f"{_quoted(line)} is no line of ss, netstat or /proc/net."


def _quoted(line: str) -> str:
    """The beginning of a line; of bytes that are no text only how many there are."""
    return repr(line[:60]) if line[:60].isprintable() else f"a line of {len(line)} characters, not all of them text,"


def _unread(bad: list[tuple[int, str]]) -> Iterator[str]:
    """The lines that could not be read: the first with the reason, the others by their numbers."""
    for number, reason in bad[:_SHOWN]:
        yield Sentence("Line {number} cannot be read: {reason}", number=number, reason=reason)
    if len(bad) > _SHOWN:
        others = ", ".join(str(number) for number, _ in bad[_SHOWN:])
        yield Sentence("Lines that cannot be read either: {numbers}.", numbers=others)


def _safe(found: LocalSocket) -> LocalSocket:
    """The same socket with nothing in its words that a terminal would obey."""
    program = None if found.program is None else _clean(found.program)
    return found._replace(
        user=_clean(found.user), program=program, note=_clean(found.note), device=_clean(found.device)
    )


def _clean(text: str) -> str:
    return text if text.isprintable() else printable(text.encode("utf-8", "backslashreplace"))
