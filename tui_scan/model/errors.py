"""The errors a person gets to read: what happened, what it means, what to do."""

from tui_scan.language import Sentence, translate


class TuiScanError(Exception):
    """A clear sentence for a person; ``exit_code`` is what the command line returns.

    The sentence has ``{name}`` places for the values, so that it can be translated. ``str`` gives it in the language
    that is spoken, ``sentence`` in English as a string: reports, which programs read, take that.
    """

    exit_code = 1

    sentence: Sentence

    def __init__(self, text: str, **values: object) -> None:
        told = {name: one.sentence if isinstance(one, TuiScanError) else one for name, one in values.items()}
        self.sentence = Sentence(text, **told)
        super().__init__(self.sentence)

    def __str__(self) -> str:
        return translate(self.sentence)


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
