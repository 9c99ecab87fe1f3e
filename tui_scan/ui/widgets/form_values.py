"""What the form holds as typed, and the request it makes; every field is judged by itself, without any I/O."""

import socket
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from tui_scan.language import translate
from tui_scan.model.discovery import Aim
from tui_scan.model.errors import UsageError
from tui_scan.model.request import Resolve, ScanRequest
from tui_scan.model.techniques import TCP_AND_UDP, TECHNIQUES, Protocol, Technique
from tui_scan.model.timing import TEMPLATES, Timing
from tui_scan.ui.widgets.form_fields import Values, applied, key_of, shown_values

T = TypeVar("T")

NO_RAW = (
    "Only connect needs no raw sockets (CAP_NET_RAW), and it tells the same ports as SYN; run with sudo for others."
)


@dataclass(frozen=True, slots=True)
class FormValues:
    """The form's fields. Texts are as typed; ``tcp`` and ``other`` are None for no such scan, ``timing`` is 0 to 5.

    ``more`` holds those of the folds by their keys (see ``form_fields``).
    """

    targets: str = ""
    excludes: str = ""
    ports: str = ""
    tcp: Technique | None = Technique.CONNECT
    udp: bool = False
    other: Technique | None = None
    family: int | None = None
    timing: int = 3
    names: Resolve = Resolve.UP
    rate: str = ""
    interface: str = ""
    more: Values = field(default_factory=dict)

    def with_value(self, name: str, value: Any) -> "FormValues":
        """The same with another value in one field, by its name or its key."""
        if name in self.__dataclass_fields__:
            return replace(self, **{name: value})
        return replace(self, more={**self.more, name: value})

    def value(self, name: str) -> Any:
        """What stands in a field, by its name or its key."""
        return getattr(self, name) if name in self.__dataclass_fields__ else self.more.get(name)


def values_of(request: ScanRequest, raw: bool) -> FormValues:
    """The form that makes this request."""
    chosen = request.techniques or ((Technique.SYN,) if raw else (Technique.CONNECT,))
    template = next((n for n, t in enumerate(TEMPLATES) if t.name == request.timing.name), 3)
    limit = request.timing.max_rate
    return FormValues(
        targets=" ".join(request.targets),
        excludes=",".join(request.excludes),
        ports=request.ports or "",
        tcp=next((t for t in chosen if TECHNIQUES[t].protocol is Protocol.TCP), None),
        udp=Technique.UDP in chosen,
        other=next((t for t in chosen if TECHNIQUES[t].protocol not in TCP_AND_UDP), None),
        family=request.family,
        timing=template,
        names=request.resolve,
        rate=f"{limit:g}" if limit else "",
        interface=request.interface or "",
        more=shown_values(request),
    )


@dataclass(frozen=True, slots=True)
class Judged:
    """The request where every field is right, and the sentence by field where one is not."""

    request: ScanRequest | None
    errors: dict[str, str]


def judge_fields(values: FormValues, base: ScanRequest, raw: bool) -> Judged:
    """Judge each field; ``base`` gives what the form has no field for."""
    errors: dict[str, str] = {}

    def read(field: str, parse: Callable[[], T]) -> T | None:
        try:
            return parse()
        except UsageError as error:
            errors[key_of(str(error)) or field] = str(error)
            return None

    targets = read("targets", lambda: _targets(values.targets))
    excludes = read("excludes", lambda: _excludes(values.excludes))
    ports = read("ports", lambda: _ports(values, values.more.get("request-datadir", "").strip() or None))
    techniques = read("tcp", lambda: _techniques(values, raw))
    rate = read("rate", lambda: _rate(values.rate))
    interface = read("interface", lambda: _interface(values.interface))
    if errors or targets is None or excludes is None or techniques is None:
        return Judged(None, errors)
    request = replace(
        base,
        targets=targets,
        excludes=excludes,
        ports=ports,
        techniques=techniques,
        family=values.family,
        resolve=values.names,
        timing=_timing(values.timing, rate, base.timing),
        interface=interface,
    )
    request, errors = applied(request, values.more)
    if request.aim is not Aim.PORTS:
        request = replace(request, techniques=())
    return Judged(None if errors else request, errors)


def field_of(sentence: str, values: FormValues) -> str:
    """The field that a sentence about the whole request is shown under."""
    ports = values.ports.strip()
    if (key := key_of(sentence)) is not None:
        return key
    if sentence.startswith("--scanflags"):
        return "tcp"
    if "(-sO)" in sentence:
        return "other"
    if ports and f"“{ports}”" in sentence:
        return "ports"
    return "excludes" if sentence.startswith("The excluded") else "targets"


def _targets(text: str) -> tuple[str, ...]:
    from tui_scan.scope.targets import parse_target

    words = tuple(text.split())
    for word in words:
        parse_target(word)
    return words


def _excludes(text: str) -> tuple[str, ...]:
    from tui_scan.scope.targets import parse_target, split_list

    words = tuple(part for word in text.split() for part in split_list(word))
    for word in words:
        parse_target(word)
    return words


def _ports(values: FormValues, directory: str | None) -> str | None:
    from tui_scan.scope.ports import WITH_PORTS, parse_ports
    from tui_scan.services.chosen import services_of

    text = values.ports.strip()
    if not text:
        return None
    unprefixed = (Protocol.IP,) if values.other is Technique.IP_PROTOCOL else WITH_PORTS
    parse_ports(text, services_of(directory).ports_of, unprefixed)
    return text


def _techniques(values: FormValues, raw: bool) -> tuple[Technique, ...]:
    picked = (values.tcp, Technique.UDP if values.udp else None, values.other)
    chosen = tuple(technique for technique in picked if technique is not None)
    if not chosen:
        raise UsageError("Nothing is scanned. Choose a TCP scan, or turn UDP or another one on.")
    if not raw and any(TECHNIQUES[technique].needs_raw for technique in chosen):
        raise UsageError(NO_RAW)
    return chosen


def _rate(text: str) -> float | None:
    if not text.strip():
        return None
    try:
        rate = float(text.replace(",", "").replace("_", ""))
    except ValueError:
        rate = 0.0
    if not 0.001 <= rate <= 1e9:
        raise UsageError(
            "“{given}” is no rate. Write probes a second, such as 500, or nothing for no limit.", given=text
        )
    return rate


def _interface(text: str) -> str | None:
    name = text.strip()
    if not name:
        return None
    known = [known for _, known in socket.if_nameindex()]
    if name not in known:
        raise UsageError(
            "There is no interface “{name}”. Write {known}, or nothing.", name=name, known=translate(" or ").join(known)
        )
    return name


def _timing(template: int, rate: float | None, base: Timing) -> Timing:
    """The template with the rate; what the command line changed in the same template stays."""
    chosen = TEMPLATES[template]
    return replace(base if base.name == chosen.name else chosen, max_rate=rate)
