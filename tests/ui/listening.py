"""Listeners of the test's own on loopback."""

from dataclasses import dataclass

ADDRESS = "127.0.0.9"
"""A loopback address that no other program of this machine is likely to listen on."""


@dataclass(frozen=True)
class Listeners:
    """The TCP ports in ``low``..``high`` of ``address`` that accept, as the kernel was told."""

    address: str
    low: int
    high: int
    ports: tuple[int, ...]

    @property
    def range(self) -> str:
        return f"{self.low}-{self.high}"
