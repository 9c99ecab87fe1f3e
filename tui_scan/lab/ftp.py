"""The lab's FTP server (RFC 959): as much as a client needs that has a listing sent to a port, its own or another's."""

import contextlib
import socket
import threading

_IDLE_SECONDS, _DATA_SECONDS = 120.0, 20.0
_LISTING = b"-rw-r--r-- 1 lab lab 13 Jan  1 00:00 readme.txt\r\n"
_PLAIN = {
    "USER": "331 Any password will do",
    "PASS": "230 Logged in",
    "SYST": "215 UNIX Type: L8",
    "TYPE": "200 Type is set",
    "NOOP": "200 Still there",
    "PWD": '257 "/" is the directory',
}


def serve(connection: socket.socket, bounces: bool) -> None:
    """Converse with a client in a thread of its own; ``bounces``: PORT may name any address, not the client's alone."""
    connection.setblocking(True)
    threading.Thread(target=_converse, args=(connection, bounces), name="ftp", daemon=True).start()


def _converse(connection: socket.socket, bounces: bool) -> None:
    connection.settimeout(_IDLE_SECONDS)
    with contextlib.suppress(OSError), connection, connection.makefile("rb") as lines:
        client = connection.getpeername()[0]
        target: tuple[str, int] | None = None
        _say(connection, "220 lab FTP service ready")
        while line := lines.readline(512).decode("ascii", "replace").strip():
            verb, _, argument = line.partition(" ")
            verb = verb.upper()
            if verb == "PORT":
                target = _target(argument, client, bounces)
                _say(connection, "200 The listing will go there" if target else "500 Illegal PORT command")
            elif verb == "LIST":
                _list(connection, target)
            elif verb == "QUIT":
                _say(connection, "221 Goodbye")
                return
            else:
                _say(connection, _PLAIN.get(verb, "502 Not known here"))


def _say(connection: socket.socket, reply: str) -> None:
    connection.sendall(f"{reply}\r\n".encode())


def _target(argument: str, client: str, bounces: bool) -> tuple[str, int] | None:
    """The address and port of ``h1,h2,h3,h4,p1,p2``; None where they are none, or not the client's and so refused."""
    numbers = argument.split(",")
    if len(numbers) != 6 or not all(number.isdigit() and int(number) <= 255 for number in numbers):
        return None
    address, port = ".".join(numbers[:4]), int(numbers[4]) << 8 | int(numbers[5])
    return (address, port) if bounces or address == client else None


def _list(connection: socket.socket, target: tuple[str, int] | None) -> None:
    if target is None:
        _say(connection, "425 Use PORT first")
        return
    try:
        with socket.create_connection(target, _DATA_SECONDS) as data:
            _say(connection, "150 Here comes the listing")
            data.sendall(_LISTING)
    except OSError:
        _say(connection, "425 Cannot open the data connection")
        return
    _say(connection, "226 Sent")
