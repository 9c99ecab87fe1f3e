"""From the tables to an argument parser, and from what it found to a request."""

import argparse
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

from tui_scan.model.errors import UsageError
from tui_scan.options.option import Group, Option

R = TypeVar("R")


def add_groups(parser: argparse.ArgumentParser, groups: Iterable[Group]) -> None:
    """Add the options of all groups, each group under its heading. What was given is found under the first flag."""
    for group in groups:
        heading = parser.add_argument_group(group.title, group.about)
        for option in group.options:
            _add(heading, option)


def _add(heading: argparse._ArgumentGroup, option: Option) -> None:
    says: dict[str, Any] = {"dest": option.flag, "help": option.says}
    if option.counts:
        heading.add_argument(*option.flags, action="count", default=0, **says)
    elif option.glued and not option.metavar:
        heading.add_argument(*option.flags, action="append_const", const="", **says)
    elif option.read is None:
        heading.add_argument(*option.flags, action="store_true", **says)
    else:
        action = "append" if option.gathers else "store"
        count = "?" if option.glued else None
        heading.add_argument(*option.flags, action=action, nargs=count, metavar=option.metavar, **says)


def fill(request: R, found: argparse.Namespace, groups: Iterable[Group]) -> R:
    """The request (a frozen dataclass) with everything that was given; UsageError says what is wrong."""
    for group in groups:
        record = getattr(request, group.record) if group.record else request
        record = apply(record, group, _given(group, vars(found)))
        request = replace(request, **{group.record: record}) if group.record else record  # type: ignore[type-var]
    return request


def _given(group: Group, found: dict[str, Any]) -> Iterator[tuple[Option, Any]]:
    for option in group.options:
        text = found[option.flag]
        if text is None or text is False or (option.counts and not text):
            continue
        plain = text if option.counts else option.value
        yield option, plain if option.read is None else option.read(option.flag, text)


def apply(record: Any, group: Group, values: Iterable[tuple[Option, Any]]) -> Any:
    """A group's record with the values of its options, in their order; UsageError where they do not go together."""
    given: dict[str, Option] = {}
    for option, value in values:
        if not option.field:
            record = value
            continue
        _refuse_two(given.setdefault(option.field, option), option)
        whole = (*getattr(record, option.field), *value) if option.gathers else value
        record = replace(record, **{option.field: whole})
    return group.settle(record, given)


def _refuse_two(first: Option, second: Option) -> None:
    """Two options that put different things into one field contradict each other."""
    same = first.read is None and second.read is None and first.value == second.value
    if first is not second and not same and not (first.gathers and second.gathers):
        raise UsageError(
            "{flag} and {other} exclude each other. Choose one of them.",
            flag=first.flag,
            other=second.flag,
        )
