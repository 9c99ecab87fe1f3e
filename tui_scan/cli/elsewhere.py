"""Options of nmap that do not exist here, and what to do instead."""

from tui_scan.language import Sentence
from tui_scan.options.values import NO_SCRIPTS, NO_VERSIONS

_LEAVE = " Leave {option} out."
_SYSTEMS = "OS detection does not exist here, and nothing comes near it; nmap -O does that." + _LEAVE
_VERSIONS, _SCRIPTS = NO_VERSIONS + _LEAVE, NO_SCRIPTS + _LEAVE
_RIGHTS = "Whether raw sockets may be opened is found out by itself. Leave {option} out; -sT does without them."
_LIMITS = "A target's limits are measured and kept to here. Leave {option} out."
_STYLES = "XML reports have no stylesheet here. Leave {option} out."
_NEEDLESS = "{option} is not needed here. Leave it out."

ABSENT = {
    **dict.fromkeys(("-O", "--osscan-limit", "--osscan-guess", "--fuzzy", "--max-os-tries"), _SYSTEMS),
    **dict.fromkeys(
        ("-sV", "-sR", "--version-intensity", "--version-light", "--version-all", "--version-trace", "--allports"),
        _VERSIONS,
    ),
    **dict.fromkeys(
        ("-sC", "--script", "--script-args", "--script-args-file", "--script-trace", "--script-help"), _SCRIPTS
    ),
    **dict.fromkeys(("--privileged", "--unprivileged"), _RIGHTS),
    **dict.fromkeys(("--defeat-rst-ratelimit", "--defeat-icmp-ratelimit"), _LIMITS),
    **dict.fromkeys(("--stylesheet", "--webxml", "--no-stylesheet"), _STYLES),
    **dict.fromkeys(("--log-errors", "--noninteractive", "--nsock-engine"), _NEEDLESS),
    **dict.fromkeys(("--servicedb", "--versiondb"), "Write --datadir DIR for the directory with nmap's files."),
    **dict.fromkeys(("--proxies", "--proxy"), "Scans through proxies do not exist here; nmap {option} does that."),
    **dict.fromkeys(("-V", "--version"), "“tui-scan --version” tells the version."),
}
"""A sentence by option."""


def instead_of(option: str) -> Sentence:
    """What to do instead of an option of nmap; empty where that is none."""
    return Sentence(ABSENT.get(option, ""), option=option)
