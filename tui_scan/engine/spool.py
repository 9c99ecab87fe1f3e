"""Rows that outgrew memory: behind one another in a file without a name, read as one array that the kernel pages in."""

import os
from collections.abc import Sequence
from typing import IO, Any

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.void]


def folder() -> str:
    """Where the file is made: TMPDIR, else /var/tmp, which is seldom kept in memory as /tmp is (file-hierarchy(7))."""
    from tempfile import gettempdir

    return os.environ.get("TMPDIR") or ("/var/tmp" if os.access("/var/tmp", os.W_OK) else gettempdir())


class Spool:
    """Rows of one type on disk, in the order in which they were added; they are gone with the process."""

    def __init__(self, dtype: np.dtype[Any]) -> None:
        self._dtype = dtype
        self._file: IO[bytes] | None = None
        self.count = 0

    def add(self, parts: Sequence[Rows]) -> Rows:
        """Put rows behind those that are there; returns all of them, read-only.

        Raises OSError where they do not fit on the disk; then none was added.
        """
        if self._file is None:
            from tempfile import TemporaryFile

            self._file = TemporaryFile(buffering=0, dir=folder())  # noqa: SIM115 - as long as the spool
        end = self.count * self._dtype.itemsize
        self._file.seek(end)
        try:
            for part in parts:
                self._write(part.view(np.uint8).data)
        except OSError:
            self._file.truncate(end)
            raise
        self.count += sum(len(part) for part in parts)
        return np.asarray(np.memmap(self._file, self._dtype, "r", shape=(self.count,)))

    def _write(self, data: memoryview) -> None:
        assert self._file is not None
        while len(data):
            data = data[os.write(self._file.fileno(), data) :]
