"""Files that the interface writes: whole or not at all, and never over another one without a yes."""

from pathlib import Path

from tui_scan.model.errors import LocalError, UsageError


def path_of(name: str) -> Path:
    """The path that a person typed; ``~`` is a home. Raises UsageError where nobody has that home."""
    try:
        return Path(name).expanduser()
    except RuntimeError as error:
        raise UsageError("{name}: nobody here has such a home directory. Write the path in full.", name=name) from error


def write_file(path: Path, data: bytes, *, replace: bool = False) -> Path:
    """Write a file; returns its path.

    Raises FileExistsError where it is there and ``replace`` is False, LocalError where it cannot be written.
    """
    try:
        _write(path, data, replace)
    except FileExistsError:
        raise
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise LocalError("Cannot write {path}: {reason}. Choose another place.", path=path, reason=reason) from error
    return path


def _write(path: Path, data: bytes, replace: bool) -> None:
    if not replace:
        with path.open("xb") as new:
            new.write(data)
        return
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(data)
    part.replace(path)
