"""Where a virtual table's rows come from."""

from collections.abc import Hashable, Sequence
from typing import Protocol

from rich.style import Style

Cell = str | tuple[str, Style]
"""A cell's text, or its text and style."""


class Rows(Protocol):
    """Where a table's rows come from. Row numbers count from 0 in the order that is shown now."""

    def __len__(self) -> int:
        """How many rows there are."""
        ...

    def cells(self, row: int) -> Sequence[Cell]:
        """The cells of one row, one a column (hidden columns too)."""
        ...

    def key(self, row: int) -> Hashable:
        """What stays the same for this row when the order changes."""
        ...

    def find(self, key: Hashable) -> int | None:
        """The row with this key now, None where it is gone."""
        ...

    def sort(self, column: str, descending: bool) -> None:
        """Order the rows by the column with this key."""
        ...


class NoRows:
    """An empty table's rows."""

    def __len__(self) -> int:
        return 0

    def cells(self, row: int) -> Sequence[Cell]:
        """Never asked for: there is no row."""
        raise IndexError(row)

    def key(self, row: int) -> Hashable:
        """Never asked for: there is no row."""
        raise IndexError(row)

    def find(self, key: Hashable) -> int | None:
        """No key is ever found."""
        return None

    def sort(self, column: str, descending: bool) -> None:
        """Nothing to order."""
