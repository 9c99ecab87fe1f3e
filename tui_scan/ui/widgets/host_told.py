"""What is known of one host: whether it is up and why, its link address, and the routers on the way to it."""

from textual.containers import VerticalScroll
from textual.widgets import Static

from tui_scan.engine.scan import Scan
from tui_scan.language import translate
from tui_scan.model.discovery import Aim
from tui_scan.model.reasons import Reason
from tui_scan.model.states import HostState
from tui_scan.report.traces import trace_lines
from tui_scan.ui.host_words import host_words

NO_TRACE = "The way to it was not traced (--traceroute: “Traceroute” in the form)."

UP, UP_AT = "It is up ({reason}).", "It is up ({reason}), {rtt:.2f} ms away."


class HostTold(VerticalScroll):
    """The text of one host; ``show`` another one, ``pull`` where the scan may have found more."""

    DEFAULT_CSS = "HostTold { scrollbar-size-vertical: 1; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.border_title = translate("host")
        self._scan: Scan | None = None
        self._host = 0
        self.text = ""

    def compose(self) -> "list[Static]":
        """The text."""
        return [Static(markup=False)]

    def show(self, scan: Scan, host: int) -> None:
        """Tell of this host."""
        self._scan, self._host = scan, host
        self.pull()

    def pull(self) -> None:
        """Tell what is new."""
        if self._scan is None or not self._host < self._scan.hosts.count or not self.query(Static):
            return
        text = "\n".join(told(self._scan, self._host))
        if text != self.text:
            self.text = text
            self.query_one(Static).update(text)


def told(scan: Scan, host: int) -> list[str]:
    """The lines of one host."""
    hosts = scan.hosts
    lines = [host_words(hosts, host), _state(scan, host)]
    if host in hosts.macs:
        lines.append(translate("Its link address is {address}.", address=hosts.macs[host]))
    if scan.request.trace or scan.request.aim is Aim.LIST or hosts.state[host] == HostState.DOWN:
        return lines + list(trace_lines(scan, host))
    return [*lines, translate(NO_TRACE)]


def _state(scan: Scan, host: int) -> str:
    hosts = scan.hosts
    if scan.request.aim is Aim.LIST:
        return translate("Nothing was sent to it: the aim is a list.")
    state, reason = HostState(hosts.state[host]), Reason(hosts.reason[host]).label
    if state is HostState.UNKNOWN:
        return translate(
            "It is taken for up (-Pn)." if scan.request.discovery.skip else "It is not known whether it is up."
        )
    if state is HostState.DOWN:
        return translate("It seems down ({reason}).", reason=reason)
    rtt, ttl = int(hosts.rtt_us[host]) / 1000, int(hosts.ttl[host])
    because = f"{reason}, TTL {ttl}" if ttl else reason
    return translate(UP_AT if rtt else UP, reason=because, rtt=rtt)
