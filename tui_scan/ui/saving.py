"""One exchange, or the screen, as a file: its ending tells the kind."""

import io
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_scan.language import translate
from tui_scan.model.errors import TuiScanError, UsageError
from tui_scan.ui.files import path_of, write_file
from tui_scan.ui.picture import self_contained
from tui_scan.ui.widgets.confirm import Ask, Confirm

if TYPE_CHECKING:  # numpy comes with the scan, and the first picture does not need it
    from textual.app import App

    from tui_scan.engine.scan import Scan


def _text(scan: "Scan", host: int, column: int) -> bytes:
    from tui_scan.exchange.story import story
    from tui_scan.exchange.text import full_text

    return full_text(story(scan, host, column)).encode()


def _json(scan: "Scan", host: int, column: int) -> bytes:
    import numpy as np

    from tui_scan.exchange.story import as_fields, story
    from tui_scan.report.json_lines import port_fields
    from tui_scan.report.rows import port_rows

    (row,) = port_rows(scan, np.array([host]), np.array([column]))
    fields = port_fields(scan, host, row, lambda host, column: as_fields(story(scan, host, column)))
    return (json.dumps(fields, indent=2) + "\n").encode()


def _pcapng(scan: "Scan", host: int, column: int) -> bytes:
    from tui_scan.report.pcapng_port import write_port

    out = io.BytesIO()
    write_port(scan, host, column, out)
    return out.getvalue()


KINDS: dict[str, Callable[["Scan", int, int], bytes]] = {".txt": _text, ".json": _json, ".pcapng": _pcapng}
"""What writes an exchange, by the file name's ending; each may raise UsageError."""


def write_exchange(scan: "Scan", host: int, column: int, name: str, *, replace: bool = False) -> Path:
    """Write the exchange of one port; returns the path.

    Raises UsageError for an unknown ending or where there is nothing of that kind, and what ``write_file`` raises.
    """
    path = path_of(name)
    kind = KINDS.get(path.suffix.lower())
    if kind is None:
        raise UsageError(
            "“{name}” ends in no known kind of exchange. End it in {kinds}.", name=path.name, kinds=", ".join(KINDS)
        )
    return write_file(path, kind(scan, host, column), replace=replace)


def write_picture(picture: str, name: str, *, replace: bool = False) -> Path:
    """Write the SVG of a screen; returns the path.

    Raises UsageError for another ending, and what ``write_file`` raises.
    """
    path = path_of(name)
    if path.suffix.lower() != ".svg":
        raise UsageError("“{name}” is no name for a picture. End it in .svg.", name=path.name)
    return write_file(path, picture.encode(), replace=replace)


EXCHANGE_WRITTEN = "The exchange was written to {path}."
PICTURE_WRITTEN = "The picture was written to {path}."


async def ask_and_write(
    app: "App[Any]", question: str, name: str, write: Callable[[str, bool], Path], written: str
) -> None:
    """Ask for a file name and write there, in a thread; a file that is there is replaced after a question.

    What is wrong with the name, or with the place, is said in the dialog, which stays open with the name in it.
    ``write`` gets the name and whether to replace; ``written``, with a
    place for the ``{path}``, tells of it.
    """
    import asyncio

    paths: list[Path] = []

    async def judge(typed: str) -> str | None:
        try:
            try:
                paths.append(await asyncio.to_thread(write, typed, False))
            except FileExistsError:
                there = translate("{file} is there already. Replace it?", file=typed)
                if not await app.push_screen_wait(Confirm(there, translate("replace"))):
                    return ""
                paths.append(await asyncio.to_thread(write, typed, True))
        except TuiScanError as error:
            return str(error)
        return None

    await app.push_screen_wait(Ask(question, name, judge=judge))
    for path in paths:
        app.notify(translate(written, path=path))


def save_exchange(app: "App[Any]", scan: "Scan", host: int, column: int) -> Awaitable[None]:
    """Ask for a file name and write the exchange of one port there."""
    verdict = scan.verdict(host, column)
    question = translate("Write this exchange to which file? Its ending tells the kind: {kinds}", kinds=" ".join(KINDS))
    name = f"port-{verdict.port}-{verdict.protocol}.txt"

    def write(typed: str, replace: bool) -> Path:
        return write_exchange(scan, host, column, typed, replace=replace)

    return ask_and_write(app, question, name, write, EXCHANGE_WRITTEN)


def save_picture(app: "App[Any]") -> Awaitable[None]:
    """Ask for a file name and write the screen of this moment there."""
    picture = self_contained(app.export_screenshot(title="tui_scan"))

    def write(typed: str, replace: bool) -> Path:
        return write_picture(picture, typed, replace=replace)

    question = translate("Write a picture of the screen to which file? .svg")
    return ask_and_write(app, question, "screen.svg", write, PICTURE_WRITTEN)
