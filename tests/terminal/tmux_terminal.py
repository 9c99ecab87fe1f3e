"""A real terminal: the program in tmux, on a tmux server of the test's own."""

import pathlib
import subprocess
import sys
import time
from collections.abc import Callable

PATIENCE = 60.0
"""Seconds that a test waits for what is to come: a machine with other work is many times slower than an idle one."""


class Terminal:
    """One tmux pane of ``width`` x ``height`` with a shell in it."""

    def __init__(self, tmux: str, home: pathlib.Path, width: int, height: int) -> None:
        self._tmux = [tmux, "-S", str(home / "socket"), "-f", "/dev/null"]
        self.home, self.width, self.height = home, width, height
        shell = "exec env -u SSH_CONNECTION -u NO_COLOR -u COLUMNS -u LINES PS1='$ ' LC_ALL=C.UTF-8 sh"
        self.run("new-session", "-d", "-s", "t", "-x", str(width), "-y", str(height), "-c", str(home), shell)

    def run(self, *arguments: str) -> str:
        """A tmux command's output."""
        done = subprocess.run([*self._tmux, *arguments], capture_output=True, text=True, check=True, timeout=PATIENCE)
        return done.stdout

    def keys(self, *keys: str) -> None:
        """Press keys, as tmux names them."""
        self.run("send-keys", "-t", "t", *keys)

    def line(self, text: str) -> None:
        """Type a line into the shell."""
        self.run("send-keys", "-t", "t", "-l", text)
        self.keys("Enter")

    def screen(self) -> str:
        """What a person sees."""
        return self.run("capture-pane", "-p", "-t", "t")

    def told(self, what: str) -> str:
        """One of tmux's variables of the pane."""
        return self.run("display-message", "-p", "-t", "t", f"#{{{what}}}").strip()

    def until(self, holds: Callable[[str], bool], seconds: float = PATIENCE) -> str:
        """Wait until the screen is so; returns it, which may be half of what the program draws next."""
        end = time.monotonic() + seconds
        while not holds(seen := self.screen()):
            assert time.monotonic() < end, f"not within {seconds} s; the screen was:\n{seen}"
            time.sleep(0.05)
        return seen

    def start(self, arguments: str) -> None:
        """Start the program, with ``stty -a`` written to files before and after."""
        root = pathlib.Path(__file__).parents[2]
        self.line(
            f"clear; stty -a > before; PYTHONPATH={root} {sys.executable} -m tui_scan {arguments}; "
            "echo status=$? > status; stty -a > after; echo all-is-over"
        )

    def assert_whole(self, status: int = 0) -> str:
        """The shell is back and the terminal as it was; returns the screen."""
        seen = self.until(lambda text: "all-is-over\n" in text)
        assert (self.home / "after").read_text() == (self.home / "before").read_text()
        assert (self.home / "status").read_text() == f"status={status}\n"
        assert self.told("alternate_on") == "0"
        assert self.told("cursor_flag") == "1"
        assert self.told("mouse_any_flag") == "0"
        assert "Traceback" not in seen
        self.line("echo typed-$((6 * 7))")
        self.until(lambda text: "typed-42" in text)
        return seen

    def close(self) -> None:
        """End the server and what runs in it."""
        subprocess.run([*self._tmux, "kill-server"], capture_output=True, check=False, timeout=PATIENCE)
