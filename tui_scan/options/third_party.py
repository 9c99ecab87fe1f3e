"""Options that bring somebody else into a scan: a zombie, an FTP server, decoys, another source."""

import re

from tui_scan.model.errors import UsageError
from tui_scan.model.third_party import OURSELVES, ThirdParties
from tui_scan.options.option import Given, Group, Option

MOST_DECOYS = 128
_RANDOM = r"RND(?::(\d{1,3}))?"


def _text(option: str, text: str) -> str:
    if not text.strip():
        raise UsageError("{option} wants a host, and nothing follows it.", option=option)
    return text.strip()


def _decoys(option: str, text: str) -> tuple[str, ...]:
    found: list[str] = []
    for word in (word.strip() for word in text.split(",")):
        match = re.fullmatch(_RANDOM, word, re.IGNORECASE | re.ASCII)
        if match:
            found += ["RND"] * int(match[1] or 1)
        elif word:
            found.append(OURSELVES if word.upper() == OURSELVES else word)
    if found.count(OURSELVES) > 1:
        raise UsageError(
            "{option}: ME, the own place among the decoys, is given twice. Give it once, or not at all.", option=option
        )
    if not set(found) - {OURSELVES}:
        raise UsageError(
            "{option} wants decoys such as 10.77.0.6,ME,10.77.0.7 or RND:3, not “{given}”.", option=option, given=text
        )
    if len(found) > MOST_DECOYS:
        raise UsageError(
            "{option} names {count} decoys; {most_decoys} are the most. Name fewer.",
            option=option,
            count=len(found),
            most_decoys=MOST_DECOYS,
        )
    return tuple(found)


def _address(option: str, text: str) -> str:
    from ipaddress import ip_address

    try:
        return str(ip_address(text.strip()))
    except ValueError:
        raise UsageError(
            "{option} wants an address such as 10.77.0.9, not “{given}”.", option=option, given=text
        ) from None


def _settled(made: ThirdParties, given: Given) -> ThirdParties:
    together = [option for option in made.options if option in ("-sI", "-b")]
    if len(together) > 1:
        raise UsageError("-sI and -b are two scan types, and one scan has one of them. Scan twice.")
    if together and (made.decoys or made.source):
        other = "-D" if made.decoys else "-S"
        raise UsageError(
            "{together} sends nothing to the target in our name, so {other} has nothing to do.",
            together=together[0],
            other=other,
        )
    return made


THIRD_PARTIES = Group(
    "third parties",
    (
        Option(("-sI",), "zombie", "idle scan by this zombie (IPv4)", "ZOMBIE[:PORT]", _text, title="Zombie", show=str),
        Option(
            ("-b",), "relay", "FTP bounce scan by this server (IPv4)", "[USER:PASS@]SERVER[:PORT]", _text, title="FTP"
        ),
        Option(
            ("-D",),
            "decoys",
            "send each probe from these addresses too; ME is the own place, RND:3 three of the lab's",
            "DECOYS",
            _decoys,
            show=",".join,
            title="Decoys",
        ),
        Option(("-S",), "source", "send from this address", "ADDRESS", _address, title="Source"),
        Option(
            ("--scope",), "scope", "the TOML file of your own networks", "FILE", lambda _, path: path, title="Scope"
        ),
    ),
    "third",
    "For teaching: all of them in the lab, on loopback, or in the networks of your scope file, and nowhere else.",
    _settled,
)
