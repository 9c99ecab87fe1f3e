"""Leaving a packet socket to the kernel, which lets go of one only when all processors have passed it by.

That takes 10 to 30 ms (packet_release in net/packet/af_packet.c), and the end of a process waits for it too. A file
that io_uring holds (io_uring_register(2)) is let go by a worker of the kernel when its ring is closed.
"""

import ctypes
import os
import socket

_SETUP, _REGISTER, _FILES = 425, 427, 2
_PARAMETERS = 120
"""The size of struct io_uring_params."""
_libc = ctypes.CDLL(None, use_errno=True)


def release(sock: socket.socket) -> bool:
    """Close a socket without waiting for the kernel; False, and nothing done, where io_uring is not to be had.

    The kernel's worker closes one after the other: this is for the few sockets of a program that ends.
    """
    ring = _libc.syscall(_SETUP, 1, ctypes.create_string_buffer(_PARAMETERS))
    if ring < 0:
        return False
    held = not _libc.syscall(_REGISTER, ring, _FILES, ctypes.byref(ctypes.c_int(sock.fileno())), 1)
    if held:
        sock.close()
    os.close(ring)
    return held
