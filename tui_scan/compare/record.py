"""A finding as one JSON object: the listener, the verdict, the class and why."""

import math
from typing import Any

from tui_scan.compare.join import Finding
from tui_scan.compare.told import explanation, next_step
from tui_scan.local.records import LocalSocket


def record(one: Finding) -> dict[str, Any]:
    """``addr, family, proto, port, local, remote, class, explanation, next, changed``.

    ``local`` is null where nobody listens. ``changed`` is true where what listens changed while it was looked at.

    Times are Unix time in seconds, null where unknown. ``remote.view`` is ``self`` where the scan went to the scanning
    machine itself.
    """
    return {
        "addr": one.address,
        "family": one.family,
        "proto": one.protocol.value,
        "port": one.port,
        "local": None if one.listener is None else _local(one, one.listener),
        "remote": _remote(one),
        "class": one.class_.value,
        "explanation": explanation(one),
        "next": next_step(one),
        "changed": one.change is not None,
    }


def _local(one: Finding, listener: LocalSocket) -> dict[str, Any]:
    apart = one.local.standing.apart
    return {
        "address": listener.local_address,
        "port": listener.local_port,
        "proto": listener.protocol,
        "program": listener.program,
        "pid": listener.pid,
        "user": listener.user or None,
        "uid": listener.uid,
        "inode": listener.inode or None,
        "waiting": listener.recv_q,
        "backlog": listener.backlog,
        "v6only": listener.v6only,
        "dual_stack": _dual_stack(listener),
        "device": listener.device or None,
        "namespace": listener.note if apart else None,
        "standing": one.local.standing.name.lower().replace("_", "-"),
        "listeners": len(one.local.listeners),
        "host": one.listing.host or None,
        "source": one.listing.source,
        "taken_at": _time(one.listing.taken_at),
    }


def _dual_stack(listener: LocalSocket) -> bool | None:
    """Whether an IPv6 listener takes IPv4 too; False for IPv4, None where it is unknown."""
    if listener.local_address != "::":
        return False
    return None if listener.v6only is None else not listener.v6only


def _remote(one: Finding) -> dict[str, Any]:
    verdict, vantage = one.seen.verdict, one.seen.vantage
    return {
        "state": verdict.state.label,
        "reason": verdict.reason.label,
        "reason_ttl": verdict.ttl,
        "sender": verdict.sender,
        "rtt_us": verdict.rtt_us,
        "tries": verdict.tries,
        "from": vantage.address or None,
        "from_host": vantage.host or None,
        "view": "self" if vantage.own else "remote",
        "seen_at": _time(one.seen.at),
    }


def _time(at: float) -> float | None:
    return None if math.isnan(at) else round(at, 3)
