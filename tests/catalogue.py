"""Renew the catalogues: ``python -m tests.catalogue`` adds new texts to each .po, drops old ones, makes the .mo."""

import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

import tui_scan
from tests.messages import PACKAGE, messages

LANGUAGES = ("fr",)
HEADER = "# What tui_scan explains, in {language}. Made by “python -m tests.catalogue”; the msgstr are written by hand."


def po_file(language: str) -> Path:
    """Where the texts of a language are written by hand; the file that gettext reads stands beside it as .mo."""
    return PACKAGE / "language" / language / "LC_MESSAGES" / "tui_scan.po"


def read(language: str) -> Catalog:
    """The catalogue of a language; empty where there is none yet."""
    path = po_file(language)
    if not path.exists():
        return Catalog(language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def renewed(language: str) -> Catalog:
    """The catalogue with just the texts that the program has, each with its translation where it has one."""
    old = read(language)
    new = Catalog(
        language,
        project="tui_scan",
        version=tui_scan.__version__,
        header_comment=HEADER.format(language=language),
        msgid_bugs_address="tui_scan",
        last_translator="tui_scan",
        language_team=language,
        creation_date=old.creation_date,
        revision_date=old.creation_date,
        fuzzy=False,
    )
    for text, files in sorted(messages().items(), key=lambda item: (sorted(item[1]), item[0])):
        known = old.get(text)
        translated = str(known.string) if known and not known.fuzzy else ""
        new.add(text, translated, auto_comments=sorted(files))
    return new


def po_bytes(catalogue: Catalog) -> bytes:
    """The .po file of a catalogue."""
    out = BytesIO()
    write_po(out, catalogue, width=120)
    return out.getvalue()


def mo_bytes(catalogue: Catalog) -> bytes:
    """The .mo file of a catalogue, which is what gettext reads."""
    out = BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def main() -> int:
    """Renew every catalogue; return 1 where texts lack a translation, and name them."""
    lacking = 0
    for language in LANGUAGES:
        catalogue, path = renewed(language), po_file(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(po_bytes(catalogue))
        path.with_suffix(".mo").write_bytes(mo_bytes(catalogue))
        empty = [message.id for message in catalogue if message.id and not message.string]
        lacking += len(empty)
        for text in empty:
            print(f"{language}: no translation of “{text}”")
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
