"""An option as a row of a table: the command line, its help and the form are all made from these rows."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

Reader = Callable[[str, Any], Any]
"""From the flag and what follows it (a text; a list of texts where the option gathers) to the value of the field."""


class Option(NamedTuple):
    """One option, and the field of its group's record that it fills.

    ``flags`` are its spellings, the usual one first. ``field`` "" means that the value is the whole record. With
    ``read`` the option takes a value, which the help calls ``metavar``; without, it is a switch that stands for
    ``value``. ``gathers``: it may be given again, and its tuples are put behind what the field holds. ``counts``: it
    takes no value, and how often it was given is the value. ``glued``: its value may be missing and is written
    without a space (``-PS22,80``). ``show`` turns a value back into text.
    ``title`` is its label in the form; an option without one has no field of its own there. ``word`` is what the form
    calls the value of a switch; of switches that fill the same field it makes one choice.
    """

    flags: tuple[str, ...]
    field: str
    says: str
    metavar: str = ""
    read: Reader | None = None
    value: Any = True
    gathers: bool = False
    counts: bool = False
    glued: bool = False
    show: Callable[[Any], str] = str
    title: str = ""
    word: str = ""

    @property
    def flag(self) -> str:
        """The usual spelling."""
        return self.flags[0]


Given = Mapping[str, Option]
"""The options that were given, by the field they fill."""


def _as_it_is(record: Any, given: Given) -> Any:
    return record


class Group(NamedTuple):
    """Options under one heading. ``record`` is the field of ScanRequest they change, "" the request itself.

    ``settle`` sees the changed record and the options that were given: it judges options that depend on each other
    (UsageError) and gives the record that holds.
    """

    title: str
    options: tuple[Option, ...]
    record: str = ""
    about: str | None = None
    settle: Callable[[Any, Given], Any] = _as_it_is
