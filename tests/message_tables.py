"""The tables that hold texts which a person reads: their values reach ``translate`` where they are shown."""

from collections.abc import Callable, Iterator

from tests import interface_texts
from tui_scan.cli import (
    compare_table,
    debugging,
    elsewhere,
    explain_classes,
    explain_options,
    explain_ports,
    local,
    scan_options,
)
from tui_scan.cli import matrix as matrix_command
from tui_scan.cli import scan as cli_scan
from tui_scan.compare import classes, told
from tui_scan.compare import rules as compare_rules
from tui_scan.engine import matrix_needs, packet_needs, routing, suspicion
from tui_scan.engine.discovery import run
from tui_scan.engine.loops import idle, outages, rounds
from tui_scan.engine.techniques import bad_sums, icmp, other_flags, registry
from tui_scan.engine.transport import lanes
from tui_scan.exchange import (
    calls,
    explain,
    explain_filters,
    explain_misconceptions,
    explain_reasons,
    explain_scans,
    explain_sockets,
    explain_states,
    explain_untried,
    explain_words,
    field_names,
    filter_rules,
    other_side_cases,
    story,
    tcp_states,
)
from tui_scan.lab import description, toml_table
from tui_scan.local import filter as socket_filter
from tui_scan.local import imported, remote_ssh, states, timers
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Protocol, Technique
from tui_scan.options import values
from tui_scan.options.groups import GROUPS
from tui_scan.options.output import OUTPUT
from tui_scan.privilege import capabilities
from tui_scan.report import pcapng_scan
from tui_scan.scope import guard, rules
from tui_scan.ui import comparing, glyphs, keys, saving, session
from tui_scan.ui.screens import compare_actions, local_ways, matrix, scan_actions, scan_page
from tui_scan.ui.widgets import (
    compare_form,
    exchange_ladder,
    exchange_view,
    form,
    form_values,
    header,
    header_words,
    help,
    packet_filter,
    request,
    results_filter,
    step_other,
)


def _rule_tables() -> Iterator[object]:
    for technique in Technique:
        table = registry.rules(technique)
        yield table, table.limited


def _practice_network() -> Iterator[str]:
    network = description.load()
    yield network.title
    yield from (host.about for host in network.hosts)


FILTERED = ("a result", "a packet", "a comparison", "a socket", "direction", "sender", "protocol")
"""What a filter's words are of, in sentences on wrong ones."""

TABLES: dict[str, Callable[[], object]] = {
    "cli/explain_classes.py": lambda: (explain_classes.KIND, explain_classes.UNPROVEN, explain_classes.SOURCES),
    "cli/explain_options.py": lambda: (explain_options.KIND, explain_options.HELP),
    "cli/explain_ports.py": lambda: (explain_ports.KIND, explain_ports.UNPROVEN),
    "cli/matrix.py": lambda: matrix_command.DOWN,
    "cli/debugging.py": lambda: debugging.NOUNS,
    "cli/elsewhere.py": lambda: elsewhere.ABSENT,
    "cli/scan_options.py": lambda: (scan_options._AGGRESSIVE, scan_options._ALL_OF_THEM),
    "cli/local.py": lambda: (local.HIDDEN_ONE, local.HIDDEN),
    "cli/scan.py": lambda: cli_scan.SETTLE_HINT,
    "cli/compare_table.py": lambda: (
        compare_table.NEW,
        compare_table.REQUIRED,
        compare_table.ALLOWED,
        compare_table.SEEN,
        compare_table.SEEN_HERE,
    ),
    "compare/classes.py": lambda: classes.CLASS_MEANINGS,
    "compare/rules.py": lambda: [(rule.meaning, rule.next) for rule in (*compare_rules.RULES, compare_rules.CHANGED)],
    "compare/told.py": lambda: told.SENTENCES,
    "engine/techniques": lambda: list(_rule_tables()),
    "engine/discovery/run.py": lambda: run.NOTE,
    "engine/loops": lambda: (idle.PINGED, outages.NOTE, rounds.SURE_NOTE, rounds.LAST_NOTE),
    "engine/matrix_needs.py": lambda: matrix_needs.REFUSED,
    "engine/packet_needs.py": lambda: packet_needs.BAD_SUMS_NOTE,
    "engine/routing.py": lambda: routing.WHY,
    "engine/transport/lanes.py": lambda: (lanes.OWN_WAY, lanes.NO_ETHERNET),
    "engine/suspicion.py": lambda: (
        suspicion.NOTE,
        suspicion.ALL_OPEN,
        suspicion.WINDOW_NOTE,
        suspicion.WINDOW_ALL_OPEN,
    ),
    "engine/techniques/bad_sums.py": lambda: bad_sums.TEXTS,
    "engine/techniques/icmp.py": lambda: icmp.ERRORS,
    "engine/techniques/other_flags.py": lambda: other_flags.TEXTS,
    "exchange/calls.py": lambda: calls._TOLD,
    "exchange/explain.py": lambda: (explain.UNPROVEN, explain.PROTOCOL_UNPROVEN, explain.STATES_SOURCE),
    "exchange/explain_filters.py": lambda: (explain_filters.KIND, explain_filters.KINDS),
    "exchange/explain_misconceptions.py": lambda: (explain_misconceptions.KIND, explain_misconceptions.MISCONCEPTIONS),
    "exchange/explain_reasons.py": lambda: (explain_reasons.KIND, explain_reasons.REASONS),
    "exchange/explain_scans.py": lambda: (explain_scans.KIND, explain_scans.SCANS),
    "exchange/explain_sockets.py": lambda: (
        explain_sockets.KIND,
        explain_sockets.UNPROVEN,
        [entry.text.source for entry in explain_sockets.entries()],
    ),
    "exchange/explain_states.py": lambda: (
        explain_states.PORT_KIND,
        explain_states.HOST_KIND,
        explain_states.STATES,
        explain_states.HOSTS,
    ),
    "exchange/explain_untried.py": lambda: (
        explain_untried.SENT,
        explain_untried.UNSENT,
        explain_untried.UNPROVEN,
    ),
    "exchange/explain_words.py": lambda: (explain_words.KIND, explain_words.WORDS, explain_words.NAMES),
    "exchange/field_names.py": lambda: (
        field_names.LAYERS,
        field_names.FIELDS,
        field_names.OPTIONS,
        field_names.QUOTED,
    ),
    "exchange/filter_rules.py": lambda: (
        [(rule.meaning, rule.unproven, rule.source) for rule in filter_rules.RULES],
        filter_rules.DATAGRAMS,
        filter_rules.HOST_MEANINGS,
        filter_rules.HOST_MIXED,
    ),
    "exchange/other_side_cases.py": lambda: [case.text for case in other_side_cases.CASES],
    "exchange/story.py": lambda: story.NO_ANSWER,
    "exchange/tcp_states.py": lambda: tcp_states.NO_SOCKET,
    "exchange/text.py": lambda: "to try {number}",
    "lab/consistency.py": lambda: ("name", "address"),
    "lab/toml_table.py": lambda: (toml_table._KIND_NAMES, "a table", "a list"),
    "lab/topologies/default.toml": lambda: list(_practice_network()),
    "local/imported.py": lambda: imported._NOT_TOLD,
    "local/remote_ssh.py": lambda: [advice for _, advice in remote_ssh._ADVICE],
    "local/timers.py": lambda: timers.MEANINGS,
    "local/states.py": lambda: (states.STATE_MEANINGS, states.KIND_MEANINGS, states.UNOWNED_NOTES),
    "model/states.py": lambda: [state.label for state in PortState],
    "model/techniques.py": lambda: [protocol.noun for protocol in Protocol],
    "options": lambda: [option.says for group in (*GROUPS, OUTPUT) for option in group.options],
    "options/values.py": lambda: values._NO_TYPES,
    "privilege/capabilities.py": lambda: capabilities.BADGES,
    "ui/glyphs.py": lambda: [glyphs.LABELS[look] for look in glyphs.NO_STATES],
    "ui/keys.py": lambda: list(interface_texts.key_texts()),
    "report/pcapng_scan.py": lambda: pcapng_scan.NO_PACKET,
    "scope/rules.py": lambda: ([rule.title for rule in rules.RULES], rules.PUBLIC.title, guard._BROADCAST.title),
    "ui/saving.py": lambda: (saving.EXCHANGE_WRITTEN, saving.PICTURE_WRITTEN, scan_actions.REPORT_WRITTEN),
    "ui/screens/compare_actions.py": lambda: compare_actions.WRITTEN,
    "ui/screens/local_ways.py": lambda: (local_ways.ON_LOOPBACK, local_ways.FROM_ELSEWHERE),
    "ui/screens/scan_page.py": lambda: (list(scan_page.FOCUS), "results"),
    "ui/session.py": lambda: (session.BUSY, session.COMMAND_LINE_YES),
    "ui/widgets": lambda: list(interface_texts.headings()),
    "ui/widgets/compare_form.py": lambda: (
        [hint for hints in (*compare_form.HINTS.values(), *compare_form.WHERE_HINTS.values()) for hint in hints],
        [source.value for source in comparing.Source],
    ),
    "ui/widgets/exchange_ladder.py": lambda: [
        word for word, _ in (*exchange_ladder.WHO.values(), exchange_ladder.CALL)
    ],
    "ui/widgets/exchange_view.py": lambda: (exchange_view.NO_PORT, matrix.NO_TYPE),
    "ui/widgets/form.py": lambda: (list(interface_texts.form_texts()), form_values.NO_RAW, form.NOUNS),
    "ui/widgets/header_words.py": lambda: (
        header_words.NO_STATES,
        [header_words.SHORT[word] for word in header_words.NO_STATES],
    ),
    "ui/widgets/help.py": lambda: help.MEANINGS,
    "ui/widgets/packet_filter.py": lambda: (packet_filter.HINT, results_filter.HINT, socket_filter.HINT, FILTERED),
    "ui/widgets/request.py": lambda: (request._ASKED, request.PORTS, request.USUAL_PORTS),
    "ui/widgets/step_other.py": lambda: [
        word for word, _ in (step_other.CAME, step_other.LEFT, step_other.KERNEL, step_other.PROGRAM)
    ],
}
"""The tables of texts by the file they stand in. All strings of one count, those in records, tuples and values too."""


def capitals() -> Iterator[str]:
    """The words of the interface in capital letters, which would be taken for names of the field."""
    yield from ("FROZEN", "IN FLIGHT", "KIND", "PORT")
    yield from (*header.PHASE_WORDS.values(), *header._AIMS.values())
    yield from (name for name in keys.NAMES.values() if name.isalpha())
