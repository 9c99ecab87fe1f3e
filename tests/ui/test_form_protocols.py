"""What the form's field of ports may hold where IP protocols are scanned, and where the sentence stands if they are not
scanned alone."""

import pytest

from tui_scan.model.errors import UsageError
from tui_scan.model.request import ScanRequest
from tui_scan.model.techniques import Technique
from tui_scan.scope.plan import plan
from tui_scan.services import names
from tui_scan.ui.widgets.form_values import FormValues, field_of, judge_fields


@pytest.mark.parametrize(
    ("ports", "other", "right"),
    [
        ("icmp,47", Technique.IP_PROTOCOL, True),
        ("0-255", Technique.IP_PROTOCOL, True),
        ("256", Technique.IP_PROTOCOL, False),
        ("icmp", Technique.SCTP_INIT, False),
        ("256,S:diameter", Technique.SCTP_INIT, True),
    ],
)
def test_what_the_field_of_ports_may_hold(ports: str, other: Technique, right: bool) -> None:
    judged = judge_fields(FormValues(targets="127.0.0.1", ports=ports, tcp=None, other=other), ScanRequest(), True)
    assert (set(judged.errors) == set()) is right
    assert (judged.request is not None) is right
    assert right or "ports" in judged.errors


def test_that_ip_protocols_are_scanned_alone_is_told_at_its_field() -> None:
    values = FormValues(targets="127.0.0.1", tcp=Technique.SYN, other=Technique.IP_PROTOCOL)
    request = judge_fields(values, ScanRequest(), True).request
    assert request is not None
    with pytest.raises(UsageError) as caught:
        plan(request, names=names, broadcasts=())
    assert field_of(str(caught.value), values) == "other"
