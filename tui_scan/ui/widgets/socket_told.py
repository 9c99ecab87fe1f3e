"""What is told around the table of sockets: counts above it, the meaning of the chosen socket below."""

from rich.text import Text

from tui_scan.local.records import LocalSocket
from tui_scan.local.states import SocketState
from tui_scan.ui.widgets.socket_rows import SocketRows
from tui_scan.ui.widgets.socket_table import SocketTable


def counts_line(table: SocketTable, error: str) -> Text:
    """How many sockets are shown, of which kinds, what came and went; ``error`` where something is wrong."""
    options, reading = table.options, table.reading
    protocols = "+".join(name for name in ("tcp", "udp") if getattr(options, name))
    parts = (
        f"{len(table.rows):,} of {len(reading.sockets):,} sockets",
        f"{protocols}, {'listening' if options.listening else 'all'}",
        f"{len(reading.appeared)} new, {reading.gone} gone",
    )
    text = Text("  ".join(parts))
    if options.terms:
        text.append("  filtered", "bold")
    if table.frozen:
        text.append("  FROZEN", "bold reverse")
    if error:
        text.append(f"  {error}", "bold red")
    return text


def told(table: SocketTable) -> Text:
    """What the chosen socket's state means, what the table has no room for, and what is hidden and why."""
    one, reading, text = table.selected, table.reading, Text()
    if one is not None:
        text.append(f"{one.state_label or 'UDP without a peer'}: ", "bold")
        text.append(f"{one.meaning}\n")
        details = _details(one, table)
        text.append(f"{details}\n" if details else "")
    if reading.hidden:
        count = reading.hidden
        owners = "The owner of 1 socket is" if count == 1 else f"The owners of {count} sockets are"
        text.append(f"{owners} hidden: {reading.reason}.", "dim")
    return text


def _details(one: LocalSocket, table: SocketTable) -> str:
    """What the table has no room for: hidden columns, a listener's limit, why there is no owner."""
    rows, shown = table.rows, {column.key for column in table.shown_columns}
    if not isinstance(rows, SocketRows):
        return ""
    cells = zip(table.columns, rows.cells(table.cursor), strict=True)
    parts = [f"{column.title} {cell}" for column, cell in cells if column.key not in shown and isinstance(cell, str)]
    if one.backlog is not None and one.state is SocketState.LISTEN:
        parts.append(f"at most {one.backlog} wait in Recv-Q")
    if one.note and "program" in shown:
        parts.append(one.note)
    return "  ".join(parts)
