"""What keeps this machine from sending, told in one sentence a cause, however many hosts it concerns."""

from tui_scan.engine.hosts import Hosts
from tui_scan.engine.routing import why
from tui_scan.language import Sentence

AND_MORE = "{address} and {count:,} more"


class LocalFaults:
    """Keeps the sentences on some hosts in ``notes``, which others write to as well."""

    def __init__(self, hosts: Hosts, notes: list[str]) -> None:
        self._hosts, self._notes = hosts, notes
        self._concerned: dict[int, dict[int, None]] = {}
        self._told: dict[int, Sentence] = {}

    def tell(self, host: int, error: OSError) -> Sentence:
        """A probe to this host could not leave; the sentence that tells of it and of all others like it."""
        code = error.errno or 0
        concerned = self._concerned.setdefault(code, {})
        if host not in concerned:
            concerned[host] = None
            self._replace(code, why(error, self._names(concerned)))
        return self._told[code]

    def _names(self, concerned: dict[int, None]) -> str:
        first = self._hosts.address(next(iter(concerned)))
        more = len(concerned) - 1
        return Sentence(AND_MORE, address=first, count=more) if more else first

    def _replace(self, code: int, sentence: Sentence) -> None:
        if (before := self._told.get(code)) in self._notes:
            self._notes.remove(before)
        if sentence not in self._notes:
            self._notes.append(sentence)
        self._told[code] = sentence
