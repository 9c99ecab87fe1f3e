"""The fields that the form makes of the option tables, group by group: what they show and what they read."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tui_scan.language import translate
from tui_scan.model.errors import UsageError
from tui_scan.model.request import ScanRequest
from tui_scan.model.timing import TEMPLATES
from tui_scan.options.groups import GROUPS
from tui_scan.options.option import Group, Option
from tui_scan.options.reading import apply

Values = Mapping[str, Any]
"""What stands in the fields by their keys: a text as typed, or the value of a choice. What is missing is blank."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field: the options that fill the same field of a record by switches, or one option that takes a value."""

    group: Group
    options: tuple[Option, ...]

    @property
    def key(self) -> str:
        """The name of the field, unique and fit for the id of a widget."""
        return f"{self.group.record or 'request'}-{self.options[0].flag.lstrip('-')}"

    @property
    def title(self) -> str:
        """The label."""
        return self.options[0].title

    @property
    def says(self) -> str:
        """The options and what they mean."""
        told = (translate("{option}: {meaning}", option=one.flag, meaning=translate(one.says)) for one in self.options)
        return translate("; ").join(told)

    @property
    def is_choice(self) -> bool:
        """It is chosen, not typed."""
        return self.options[0].read is None or self._is_bare

    @property
    def _is_bare(self) -> bool:
        """Its option gathers, but takes no value: ``-PE``."""
        return self.options[0].gathers and not self.options[0].metavar

    def choices(self) -> tuple[tuple[Any, str], ...]:
        """The values and their words; the first is the one that holds where none is chosen."""
        if self._is_bare:
            return ((False, "no"), (True, "yes"))
        usual = getattr(usual_record(ScanRequest(), self.group), self.options[0].field)
        named = [(option.value, option.word or "yes") for option in self.options]
        return ((usual, "no" if named == [(True, "yes")] else "usual"), *named)

    def shown(self, request: ScanRequest) -> Any:
        """What stands in the field for this request; a text is empty where the usual value holds."""
        value = getattr(_record(request, self.group), self.options[0].field)
        if self._is_bare:
            return bool(self.options[0].show(value))
        if self.is_choice:
            return value
        return "" if value == self._usual(request) else self.options[0].show(value)

    def hint(self, request: ScanRequest) -> str:
        """The value that holds where nothing is typed, such as the one of the timing template."""
        usual = self._usual(request)
        return "none" if usual in (None, ()) else self.options[0].show(usual)

    def read(self, given: Any) -> Iterator[tuple[Option, Any]]:
        """The option that was given, and its value; UsageError says what is wrong with it."""
        option = self.options[0]
        if option.read is not None and self._is_bare:
            yield from [(option, option.read(option.flag, [""]))] * (given is True)
        elif self.is_choice:
            chosen = next((option for option in self.options if option.value == given), None)
            if chosen is not None:
                yield chosen, chosen.value
        elif option.read is not None and (text := str(given).strip()):
            yield option, option.read(option.flag, [text] if option.gathers else text)

    def _usual(self, request: ScanRequest) -> Any:
        return getattr(usual_record(request, self.group), self.options[0].field)


def _record(request: ScanRequest, group: Group) -> Any:
    return getattr(request, group.record) if group.record else request


def usual_record(request: ScanRequest, group: Group) -> Any:
    """What holds where nothing is said: of timing the template that the request has, else what a new request has."""
    if group.record == "timing":
        return next((known for known in TEMPLATES if known.name == request.timing.name), TEMPLATES[3])
    return _record(ScanRequest(), group)


def _fields(group: Group) -> tuple[Field, ...]:
    by_field: dict[str, list[Option]] = {}
    for option in group.options:
        if option.title:
            by_field.setdefault(option.field if option.read is None else option.flag, []).append(option)
    return tuple(Field(group, tuple(options)) for options in by_field.values())


FOLDS: dict[str, tuple[Field, ...]] = {group.title: fields for group in GROUPS if (fields := _fields(group))}
"""The fields by the title of their group, for groups that have any."""


def shown_values(request: ScanRequest) -> dict[str, Any]:
    """What stands in all fields for this request."""
    return {field.key: field.shown(request) for fields in FOLDS.values() for field in fields}


def changed(fields: tuple[Field, ...], values: Values) -> int:
    """How many of these fields do not hold what is usual."""
    blanks = ((field.key, field.choices()[0][0] if field.is_choice else "") for field in fields)
    return sum(values.get(key, blank) != blank for key, blank in blanks)


def applied(request: ScanRequest, values: Values) -> tuple[ScanRequest, dict[str, str]]:
    """The request with what stands in the fields, and the sentence by field where one is wrong."""
    errors: dict[str, str] = {}
    for fields in FOLDS.values():
        group, given = fields[0].group, []
        record = _record(request, group)
        for field in fields:
            name = field.options[0].field
            record = replace(record, **{name: getattr(usual_record(request, group), name)})
            try:
                given += list(field.read(values.get(field.key, "")))
            except UsageError as error:
                errors[field.key] = str(error)
        try:
            record = apply(record, group, given)
        except UsageError as error:
            errors.setdefault(key_of(str(error)) or fields[0].key, str(error))
        request = replace(request, **{group.record: record}) if group.record else record
    return request, errors


def key_of(sentence: str) -> str | None:
    """The field of the option that a sentence names first; None where it names none."""
    named = [
        (found.start(), field.key)
        for fields in FOLDS.values()
        for field in fields
        for option in field.options
        if (found := re.search(rf"(?<![\w-]){re.escape(option.flag)}(?![\w-])", sentence))
    ]
    return min(named)[1] if named else None
