"""The list of all packets under Pilot: it follows, holds still, filters, and leads to a packet and to its port."""

import random
import time
from dataclasses import replace

import numpy as np
import pytest
from scapy.layers.inet import ICMP, IP, TCP

from tests.ui.driven import SESSIONS, at_rest, main, press, ready, screen_text, until
from tests.ui.filled_scans import made_scan
from tests.ui.packets import BEGAN_NS, capture_syns
from tests.unit.exchange.test_packet_rows import random_scan
from tui_scan.engine.capture import ORIGINS
from tui_scan.engine.progress import Phase
from tui_scan.engine.scan import prepare
from tui_scan.engine.watched import Watched
from tui_scan.exchange.packet_rows import gather
from tui_scan.model.discovery import Aim
from tui_scan.model.errors import UsageError
from tui_scan.model.packets import Origin, Packet
from tui_scan.model.request import ScanRequest
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Technique
from tui_scan.model.timing import TEMPLATES
from tui_scan.privilege.capabilities import can_raw
from tui_scan.scope.plan import plan
from tui_scan.services import names
from tui_scan.ui.app import TuiScanApp
from tui_scan.ui.screens.packet import PacketScreen
from tui_scan.ui.screens.packets import PacketsView
from tui_scan.ui.session import Session
from tui_scan.ui.widgets.packet_filter import chosen, parse_flags, parse_packet_filter
from tui_scan.ui.widgets.packet_lines import PacketLines
from tui_scan.ui.widgets.results_filter import Masks

QUICK = replace(TEMPLATES[4], initial_rtt_timeout=100, max_retries=1)


def program(ports: str, *techniques: Technique, slow: bool = False) -> TuiScanApp:
    """The program with its form filled for a scan of 127.0.0.9."""
    timing = replace(QUICK, max_rate=100) if slow else QUICK
    request = ScanRequest(("127.0.0.9",), ports=ports, techniques=techniques or (Technique.CONNECT,), timing=timing)
    app = TuiScanApp(Session(request), fps=30)
    SESSIONS.append(app.session)
    return app


def view(app: TuiScanApp) -> PacketsView:
    return main(app).query_one(PacketsView)


def lines(app: TuiScanApp) -> PacketLines:
    found = view(app).table.lines
    assert found is not None
    return found


async def listed(app: TuiScanApp) -> None:
    """Scan to the end with the list in view, until all packets are in it."""
    await until(lambda: ready(app))
    await press(app, "4", "1", "s", "4")
    await until(lambda: app.session.phase is Phase.FINISHED)
    scan = app.session.scan
    assert scan is not None
    await until(lambda: view(app).table.lines is not None and len(lines(app)) == len(gather(scan)) > 0)


@pytest.mark.parametrize("size", [(80, 24), (160, 50), (40, 10)])
async def test_packets_are_listed_with_their_ports_verdicts(size: tuple[int, int]) -> None:
    if not can_raw():
        pytest.skip("packets are seen with raw sockets alone")
    app = program("1-9", Technique.SYN)
    async with app.run_test(size=size):
        await listed(app)
        await until(lambda: "18 packets" in screen_text(app) and "RST" in screen_text(app))
        text = screen_text(app)
        assert all(len(line) <= size[0] for line in text.splitlines())
        if size[0] >= 80:
            assert "SYN" in text and "closed" in text
        if size[1] >= 50:
            await until(lambda: "sequence number" in screen_text(app))


async def test_calls_are_listed_as_calls() -> None:
    app = program("1-5")
    async with app.run_test(size=(80, 24)):
        await listed(app)
        await until(lambda: "10 packets" in screen_text(app) and "connect(): ECONNREFUSED" in screen_text(app))
        text = screen_text(app)
        assert "→" not in text.partition("Packet")[2], "no packet was seen, so none is drawn"


async def test_enter_leads_to_the_packet_and_p_to_its_port() -> None:
    if not can_raw():
        pytest.skip("packets are seen with raw sockets alone")
    app = program("1-20", Technique.SYN)
    async with app.run_test(size=(80, 24)):
        await listed(app)
        await press(app, "g", "j", "j", "j")
        row = view(app).table.cursor
        cell, item = lines(app).cell(row), lines(app).item(row)
        assert cell is not None
        column, port = cell[1], cell[1] + 1
        await press(app, "enter")
        await until(lambda: isinstance(app.screen, PacketScreen))
        await until(lambda: f"{port}/tcp on 127.0.0.9" in screen_text(app))
        assert isinstance(item, Packet) and item.data[:16].hex(" ") in screen_text(app)
        await press(app, "escape")
        await until(lambda: app.screen is main(app))
        await press(app, "p")
        await until(lambda: main(app).here == "scan" and main(app).view.column == column)


async def test_the_list_follows_and_holds_still() -> None:
    app = program("1-3000", slow=True)
    async with app.run_test(size=(80, 24)):
        await until(lambda: ready(app))
        await press(app, "s", "4")
        await until(lambda: bool(main(app).query(PacketsView)) and view(app).table.lines is not None)
        await until(lambda: len(lines(app)) > 4)
        first = len(lines(app))
        await until(lambda: len(lines(app)) > first)
        assert view(app).table.cursor == len(lines(app)) - 1, "the cursor stays on the newest"
        await until(lambda: "following" in screen_text(app))
        await press(app, "z")
        await at_rest(lambda: len(lines(app)))
        held, scan = len(lines(app)), app.session.scan
        assert scan is not None
        sent = scan.tally.sent
        await until(lambda: scan.tally.sent > sent + 30)
        assert len(lines(app)) == held
        await until(lambda: "[FROZEN]" in screen_text(app))
        await press(app, "g", "z")
        await until(lambda: len(lines(app)) > held)
        assert view(app).table.cursor == 0, "who looks at an older packet stays there"
        app.session.stop()


async def test_a_filter_is_typed_and_dropped() -> None:
    app = program("1-9")
    async with app.run_test(size=(80, 24)):
        await listed(app)
        await press(app, "slash", *"dir:in")
        await until(lambda: len(lines(app)) == 9)
        await until(lambda: "18 packets  9 shown" in screen_text(app))
        await press(app, *" nonsense:1")
        await until(lambda: "no part of a packet" in " ".join(screen_text(app).split()))
        await press(app, "escape")
        await until(lambda: len(lines(app)) == 18)


def test_packets_that_belong_to_no_port_are_filtered_by_what_they_are() -> None:
    request = ScanRequest(("127.0.0.9",), aim=Aim.HOSTS)
    scan = prepare(plan(request, names=names), ())
    watched = Watched(scan)
    assert scan.watch is not None
    for out, layer in ((True, ICMP(type=8)), (False, ICMP(type=0)), (False, TCP(flags="SA", sport=80, dport=4))):
        data = bytes(IP(dst="127.0.0.9") / layer)
        scan.watch(out, np.frombuffer(data.ljust(60, b"\0"), np.uint8)[None, :], np.array([BEGAN_NS]))
    packets = gather(scan, shown=watched.shown)
    counts = (("22", 0), ("port:22", 0), ("!port:22", 3), ("proto:icmp dir:out", 1), ("flags:SA", 1))
    hosts = (("host:127.0.0.9", 3), ("127.0.0.9", 3), ("host:127.0.0.8", 0), (":80", 1), ("!host:127.0.0.9", 0))
    for text, left in (*counts, *hosts):
        assert int(chosen(packets, parse_packet_filter(text), Masks(scan)).sum()) == left, text


TERMS = ("port:1-9", "state:open", "flags:SA", "flags:rst", "flags:S+", "dir:in", "who:kernel", "proto:icmp", "proto:6")


@pytest.mark.parametrize(
    "text", [*TERMS, *(f"!{term}" for term in TERMS), "port:1-20 dir:out flags:syn", "22", "host:127"]
)
def test_a_filter_chooses_what_a_look_at_each_packet_chooses(text: str, chance: random.Random) -> None:
    scan, _ = random_scan(chance)
    packets = gather(scan)
    mask = chosen(packets, parse_packet_filter(text), Masks(scan))
    columns = (packets.cell, packets.flags(), packets.origins(), packets.protocols())
    for hit, cell, flags, origin, protocol in zip(mask, *columns, strict=True):
        seen = scan.verdict(0, int(cell))
        who = ORIGINS[origin]
        known = {
            "port:1-9": seen.port <= 9,
            "state:open": seen.state is PortState.OPEN,
            "flags:SA": flags == 0x12,
            "flags:rst": flags == 4,
            "flags:syn": flags == 2,
            "flags:S+": flags in (2, 0x12),
            "dir:in": who not in (Origin.SCANNER, Origin.KERNEL),
            "dir:out": who in (Origin.SCANNER, Origin.KERNEL),
            "who:kernel": who is Origin.KERNEL,
            "proto:icmp": protocol == 1,
            "proto:6": protocol == 6,
            "port:1-20": seen.port <= 20,
            "22": seen.port == 22,
            "host:127": True,
        }
        wanted = all(known[word.lstrip("!")] ^ word.startswith("!") for word in text.split())
        assert hit == wanted, (text, seen, flags, who)


@pytest.mark.parametrize(
    ("text", "words"),
    [("flags:xyz", "no TCP flags"), ("dir:up", "no direction"), ("who:me", "no sender"), ("proto:foo", "no protocol")],
)
def test_what_is_wrong_is_a_sentence(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        parse_packet_filter(text)


def test_flags_are_written_in_several_ways() -> None:
    assert parse_flags("SA") == parse_flags("syn,ack") == parse_flags("ACK-SYN") == (0x12, False)
    assert parse_flags("none") == (0, False) and parse_flags("r+") == (4, True)


def test_131_070_packets_are_gathered_and_filtered_in_well_under_a_second() -> None:
    scan = made_scan("1-65535")
    capture = capture_syns(scan)
    for tries in (1, 2):
        times = BEGAN_NS + np.arange(65535) * 1000 + tries
        capture.note_sent(np.arange(65535), tries, times)
    began = time.thread_time()
    packets = gather(scan)
    mask = chosen(packets, parse_packet_filter("port:1-1000 dir:out"), Masks(scan))
    assert len(packets) == 131_070 and int(mask.sum()) == 2000
    assert time.thread_time() - began < 0.5
