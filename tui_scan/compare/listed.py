"""Whose list is compared: this machine's own, another host's over ssh, or one that was saved."""

import math
import shlex
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from tui_scan.compare.standing import is_loopback, plain
from tui_scan.language import Sentence
from tui_scan.local.listing import Listing, own_listing
from tui_scan.model.errors import UsageError

SSH = ("ssh",)
MOST_ADDRESSES = 16
"""Addresses that one host's list is set beside at most."""

_SHOWN = 3


def ssh_words(command: str | None) -> tuple[str, ...]:
    """``--ssh-command`` as words; UsageError where it cannot be split."""
    if command is None:
        return SSH
    try:
        words = tuple(shlex.split(command))
    except ValueError as error:
        raise UsageError(
            "--ssh-command “{command}” cannot be read: {error}.", command=command, error=str(error).lower()
        ) from error
    if not words:
        raise UsageError("--ssh-command is empty. Write the program and its options, such as “ssh -p 2222”.")
    return words


def listing_of(ssh: str | None = None, file: str | None = None, command: tuple[str, ...] = SSH) -> Listing:
    """The list of ``ssh``, or that in ``file`` (``-``: standard input), else this machine's own.

    Raises UsageError and LocalError with a sentence. May wait for ssh.
    """
    if ssh is not None:
        from tui_scan.local.remote import remote_listing

        return remote_listing(ssh, command)
    return own_listing() if file is None else imported(file)


def listing_again(
    ssh: str | None = None, file: str | None = None, command: tuple[str, ...] = SSH
) -> Callable[[], Listing] | None:
    """Reads the same list anew; None where it was saved, since that stays as it is."""
    return None if file is not None else partial(listing_of, ssh, None, command)


def imported(file: str) -> Listing:
    """The list in a file; the file's time stands for that of the list where it tells none."""
    from tui_scan.local.imported import read_listing

    if file == "-":
        return read_listing(sys.stdin.buffer.read().decode("utf-8", "backslashreplace"), "standard input")
    path = Path(file)
    try:
        text, written = path.read_text(encoding="utf-8", errors="backslashreplace"), path.stat().st_mtime
    except OSError as error:
        raise UsageError("The list {file} cannot be read: {strerror}.", file=file, strerror=error.strerror) from error
    found = read_listing(text, file)
    return replace(found, source=f"import {file}", taken_at=written if math.isnan(found.taken_at) else found.taken_at)


def check_size(addresses: int) -> None:
    """UsageError where one list is to be set beside more addresses than a host has."""
    if addresses > MOST_ADDRESSES:
        raise UsageError(
            "A comparison is of one host, and the targets are {addresses:,} addresses. Name those of the "
            "host whose list it is, {most_addresses} at most.",
            addresses=addresses,
            most_addresses=MOST_ADDRESSES,
        )


def foreign_note(listing: Listing, targets: Iterable[str]) -> str:
    """A sentence where targets are none of the host's addresses, as far as the list tells; else empty."""
    alien = [text for text in targets if not is_loopback(plain(text)) and plain(text) not in listing.addresses]
    if not listing.addresses:
        alien = [text for text in alien if listing.doubtful(plain(text))]
    if not alien or not (listing.addresses or listing.shown):
        return ""
    shown = _some(alien)
    if not listing.addresses:
        known = listing.shown_of(alien[0])
        return Sentence(
            "{targets} is none of the addresses that the list shows ({own}), so it is not known whether the list is of "
            "that host.",
            targets=shown,
            own=_some(known),
        )
    known = sorted(text for text in listing.addresses if not is_loopback(text))
    return Sentence(
        "{targets} is none of the addresses that {host} lists ({own}). Packets to it may pass an address translation "
        "or a load balancer, or reach another machine: is it the right target?",
        targets=shown,
        host=listing.host or Sentence("the host"),
        own=_some(known) or Sentence("loopback alone"),
    )


def _some(addresses: Sequence[str]) -> str:
    """The first of them."""
    return ", ".join(addresses[:_SHOWN]) + (" …" if len(addresses) > _SHOWN else "")
