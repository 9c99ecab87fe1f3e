"""A remote host's own listeners over ssh, in one round trip, with nothing installed there."""

import time
from collections.abc import Mapping, Sequence

from tui_scan.language import Sentence
from tui_scan.local.addresses import from_fib_trie, from_if_inet6, from_words
from tui_scan.local.imported import read_listing
from tui_scan.local.imported_parts import Unreadable
from tui_scan.local.imported_ss import reader as ss_reader
from tui_scan.local.listing import Listing
from tui_scan.local.owners import printable
from tui_scan.local.records import LocalSocket
from tui_scan.local.remote_script import END, SCRIPT, SHELL, sections
from tui_scan.local.remote_ssh import over_ssh
from tui_scan.local.remote_tables import elsewhere, rows, user_names
from tui_scan.model.errors import LocalError, UsageError

_CLOCK_SLACK = 2.0


NO_SS = "{host} has no ss: who owns the sockets, and whether [::] takes IPv4 too, is not known."
HIDDEN = "Owners that are hidden on {host}: {count}. Only root sees those of other users' processes."
AHEAD = "The clock of {host} is {seconds:.0f} s ahead of this one."
BEHIND = "The clock of {host} is {seconds:.0f} s behind this one."


def remote_listing(host: str, ssh_command: Sequence[str] = ("ssh",), timeout: float = 30.0) -> Listing:
    """What listens on ``host`` by its own word, owners included as far as the user there may see them.

    ``ssh_command`` is the command with its own options, such as ``("ssh", "-p", "2222")``; ``timeout`` in seconds is
    for all. What is run there stands in ``remote_script.SCRIPT``. Raises UsageError for a host that cannot be one,
    LocalError with ssh's message where it failed, and where the host has nothing to read.
    """
    began = time.time()
    text = over_ssh(host, SHELL, SCRIPT, ssh_command, timeout)
    ended = time.time()
    told = sections(text)
    if END not in told:
        first = printable(text.strip().partition("\n")[0][:80].encode())
        raise LocalError("{host} did not run the script to its end. It said: {first}", host=host, first=first)
    found, notes, complete = _sockets(told, host)
    return Listing(
        tuple(found),
        f"ssh {host}",
        ended,
        _word(told, "host"),
        complete,
        notes=(*notes, *_clock_note(told, began, ended, host)),
        addresses=_addresses(told.get("addresses", "")),
        elsewhere=elsewhere(told),
    )


def _word(told: Mapping[str, str], section: str) -> str:
    """A section of one line, safe to print."""
    return printable(told.get(section, "").strip().encode())


def _sockets(told: Mapping[str, str], host: str) -> tuple[list[LocalSocket], list[str], bool]:
    """The listeners by the best source that the host has, what is to be said of them, and whether these are all."""
    if "tcp" in told or "udp" in told:
        return _from_tables(told, host)
    for source in ("ss", "netstat"):
        if told.get(source, "").strip():
            try:
                listing = read_listing(
                    told[source], Sentence("the output of {program} on {host}", program=source, host=host)
                )
            except UsageError as error:
                raise LocalError(error.sentence) from error
            return list(listing.sockets), list(listing.notes), listing.complete
    raise LocalError(
        "{host} ({told}) lets nothing be read: /proc/net is not readable, and neither ss nor netstat is "
        "there. Save a list by hand and use --import.",
        host=host,
        told=_word(told, "system"),
    )


def _from_tables(told: Mapping[str, str], host: str) -> tuple[list[LocalSocket], list[str], bool]:
    users, details = user_names(told.get("users", "")), _details(told.get("ss", ""))
    found = [_completed(row, details.get(row.inode)) for row in rows(told, "", users)]
    notes: list[str] = []
    if "ss" not in told:
        notes.append(Sentence(NO_SS, host=host))
        if told.get("bindv6only", "").strip() == "1":
            notes.append(Sentence("Sockets on [::] take IPv6 only by default on {host} (bindv6only).", host=host))
    elif hidden := sum(row.pid is None for row in found):
        notes.append(Sentence(HIDDEN, host=host, count=hidden))
    missing = [table for table in ("tcp", "udp") if table not in told]
    notes += [Sentence("/proc/net/{table} is not readable on {host}.", table=table, host=host) for table in missing]
    return found, notes, not missing


def _completed(row: LocalSocket, detail: LocalSocket | None) -> LocalSocket:
    """A row of /proc with what ss tells of the same socket."""
    if detail is None:
        return row
    return row._replace(
        backlog=detail.backlog,
        v6only=detail.v6only,
        pid=detail.pid,
        program=None if detail.program is None else printable(detail.program.encode()),
        device=detail.device,
    )


def _details(text: str) -> dict[int, LocalSocket]:
    """What ss printed, by inode."""
    read, found = ss_reader(text), {}
    for line in text.split("\n"):
        try:
            row = read(line)
        except Unreadable:
            continue
        if isinstance(row, LocalSocket) and row.inode:
            found[row.inode] = row
    return found


def _addresses(text: str) -> frozenset[str]:
    return frozenset((*from_words(text), *from_fib_trie(text), *from_if_inet6(text)))


def _clock_note(told: Mapping[str, str], began: float, ended: float, host: str) -> list[str]:
    """A sentence where the clock there is more than a moment away from this one."""
    try:
        theirs = int(told.get("clock", ""))
    except ValueError:
        return []
    ahead, behind = theirs - ended, began - (theirs + 1)
    if max(ahead, behind) <= _CLOCK_SLACK:
        return []
    return [Sentence(AHEAD if ahead > 0 else BEHIND, host=host, seconds=max(ahead, behind))]
