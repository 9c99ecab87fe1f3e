"""The commands, and what to say where one was mistyped or stands in the wrong place."""

from collections.abc import Sequence

from tui_scan.model.errors import UsageError

COMMANDS = {
    "scan": "scan_early",
    "matrix": "matrix",
    "local": "local",
    "compare": "compare",
    "explain": "explain",
    "lab": "lab",
    "": "interface",
}
"""The modules of ``tui_scan.cli`` by their commands."""

_NEAR = 0.75
"""How alike (difflib's ratio) a word and a command are, at least, where the one may be meant for the other."""

_HOSTS = "/etc/hosts"


def chosen(argv: Sequence[str]) -> tuple[str, list[str]]:
    """The command and its arguments; ``--lang X`` may stand before it. "" is the interface."""
    at = 2 if argv[:1] == ["--lang"] else 1 if argv and argv[0].startswith("--lang=") else 0
    if len(argv) > at and argv[at] and argv[at] in COMMANDS:
        return argv[at], [*argv[:at], *argv[at + 1 :]]
    return "", list(argv)


def check_first(argv: Sequence[str], hosts: str = _HOSTS) -> None:
    """UsageError where the first word is so near to a command that it is hardly a target.

    A name of ``hosts``, a file such as /etc/hosts, is a target. No name server is asked.
    """
    from difflib import get_close_matches

    word = argv[0] if argv else ""
    near = get_close_matches(word.lower(), filter(None, COMMANDS), 1, _NEAR)
    if near and word not in _names(hosts):
        raise UsageError(
            "“{word}” is no command. Did you mean “tui-scan {near}”? If a host has that name, write "
            "“tui-scan -- {word}”.",
            word=word,
            near=near[0],
        )


def check_targets(argv: Sequence[str], targets: Sequence[str]) -> None:
    """UsageError where a command stands behind options, and would be taken for a target."""
    words = argv[: argv.index("--")] if "--" in argv else argv
    word = next((word for word in targets if word in COMMANDS and word in words), None)
    if word:
        raise UsageError(
            "The command {word} stands behind options. Write it first: “tui-scan {word} [options]”. If a "
            "host has that name, write “tui-scan [options] -- {word}”.",
            word=word,
        )


def _names(path: str) -> set[str]:
    from pathlib import Path

    try:
        lines = Path(path).read_text(errors="replace").splitlines()
    except OSError:
        return set()
    return {name for line in lines for name in line.partition("#")[0].split()[1:]}
