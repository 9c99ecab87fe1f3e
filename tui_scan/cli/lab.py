"""``tui-scan lab``: the interface, or any command, on a practice network of the program's own."""

import argparse
import json
import sys
from pathlib import Path

from tui_scan.cli.options import InterfaceOptions, add_display_options, displayed
from tui_scan.cli.parser import add_language
from tui_scan.lab.description import DEFAULT, load
from tui_scan.lab.namespaces import become
from tui_scan.lab.network import enter
from tui_scan.lab.port_ranges import parse_ports
from tui_scan.lab.topology import Topology
from tui_scan.lab.truth import truth
from tui_scan.language import translate, use
from tui_scan.model.errors import TuiScanError, UsageError
from tui_scan.model.request import ScanRequest

_DESCRIPTION = """Make a practice network of real and simulated hosts, with no root, no network and no other
program, and open the interface inside it. With a command, run that command there instead, as root of the
practice network: tui-scan lab -- nmap --privileged -sS 10.77.0.2"""

_NOT_FOUND, _NOT_RUNNABLE = 127, 126


def main(argv: list[str]) -> int:
    """Run ``tui-scan lab`` with the arguments after it; returns the exit status."""
    split = argv.index("--") if "--" in argv else len(argv)
    options = _parser().parse_args(argv[:split])
    use(options.lang)
    try:
        return _run(options, argv[split + 1 :])
    except TuiScanError as error:
        print(f"tui-scan lab: {error}", file=sys.stderr)
        return error.exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tui-scan lab", usage="%(prog)s [options] [-- COMMAND ...]", description=_DESCRIPTION
    )
    parser.add_argument("--topology", type=Path, default=DEFAULT, metavar="FILE", help="a network of your own")
    parser.add_argument("--list", action="store_true", help="list the hosts and exit")
    parser.add_argument("--truth", action="store_true", help="print the true state of every port and exit")
    parser.add_argument("-p", dest="ports", metavar="PORTS", help="with --truth: the ports, as 22,80,1000-1019")
    add_display_options(parser)
    add_language(parser)
    parser.add_argument("unexpected", nargs="*", help=argparse.SUPPRESS)
    return parser


def _run(options: argparse.Namespace, command: list[str]) -> int:
    if options.unexpected:
        word = options.unexpected[0]
        raise UsageError("{word} is no option; a command needs -- before it: tui-scan lab -- {word}", word=word)
    if options.ports is not None and not options.truth:
        raise UsageError("-p chooses the ports that --truth prints; write both, or give -p to the command.")
    if command and (options.truth or options.list):
        raise UsageError("--truth and --list make no lab, so no command can run in it; leave one out.")
    if (command or options.truth or options.list) and displayed(ScanRequest(), options) != InterfaceOptions(
        ScanRequest()
    ):
        raise UsageError("--start, --fps, --no-mouse and --ascii are the interface's, which is not opened here.")
    topology = load(options.topology)
    if options.truth:
        return _print_truth(topology, options.ports)
    if options.list:
        return _print_hosts(topology)
    if command:
        return _become(topology, command)
    return _open_interface(topology, options)


def _print_truth(topology: Topology, ports: str | None) -> int:
    try:
        chosen = None if ports is None else parse_ports(ports)
    except UsageError as error:
        raise UsageError("-p {ports}: {error}.", ports=ports, error=error) from error
    for row in truth(topology, chosen):
        print(json.dumps(row.json()))
    return 0


def _print_hosts(topology: Topology) -> int:
    print(translate(topology.title))
    for host in topology.hosts:
        addresses = "  ".join(str(interface.ip) for interface in host.addresses)
        print(f"{host.name:<14} {host.kind.value:<10} {addresses:<26} {translate(host.about)}")
    return 0


def _become(topology: Topology, command: list[str]) -> int:
    """Make the lab and become the command: its signals, terminal and exit status are its own."""
    lab = enter(topology)
    try:
        become(command)
    except FileNotFoundError:
        status, why = _NOT_FOUND, "there is no such program"
    except OSError as error:
        status, why = _NOT_RUNNABLE, str(error.strerror)
    lab.close()
    print(f"tui-scan lab: cannot run {command[0]}: {why}.", file=sys.stderr)
    return status


def _open_interface(topology: Topology, options: argparse.Namespace) -> int:
    targets = tuple(str(host.addresses[0].ip) for host in topology.hosts)
    shown = displayed(ScanRequest(targets), options)
    with enter(topology):
        from tui_scan.cli.interface import open_interface

        return open_interface(shown, translate(topology.title))
