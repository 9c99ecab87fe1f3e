"""The errors a person gets to read: what happened, what it means, what to do."""


class TuiScanError(Exception):
    """A clear sentence for a person; ``exit_code`` is what the command line returns."""

    exit_code = 1


class UsageError(TuiScanError):
    """What was asked cannot be understood: the sentence says what to write instead."""

    exit_code = 2


class PrivilegeError(UsageError):
    """What was asked needs a privilege that this process does not have."""

    exit_code = 3


class RefusedError(TuiScanError):
    """The guard does not let the scan begin."""

    exit_code = 3


class LocalError(TuiScanError):
    """Something of this machine (a descriptor limit, a route, an interface), never a port's state."""
