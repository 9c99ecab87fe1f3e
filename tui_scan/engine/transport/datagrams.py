"""UDP probes by connected sockets."""

from collections.abc import Iterable

from tui_scan.engine.techniques.payloads import payloads_of
from tui_scan.engine.transport.attempts import Address
from tui_scan.engine.transport.messages import Messages


class Datagrams(Messages):
    """Datagrams with the payloads of their port, or with what the person gave."""

    def _messages(self, target: Address, tries: int) -> Iterable[bytes]:
        asked = self._form.data
        return payloads_of(target[1], tries) if asked is None else (asked,)
