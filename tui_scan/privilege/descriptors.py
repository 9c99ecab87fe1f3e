"""Room in the kernel's table of this process's descriptors, made before threads share it."""

import fcntl
import os
import resource

MANY = 4096


def make_room() -> None:
    """Have the table take ``MANY`` descriptors, or as many as the limit allows, without growing.

    Each time that it grows under threads, the kernel waits until no processor looks at the old one (expand_fdtable in
    fs/file.c): some 10 ms, in which nothing can be opened.
    """
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MANY if soft == resource.RLIM_INFINITY else min(MANY, soft)
    opened = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.close(fcntl.fcntl(opened, fcntl.F_DUPFD_CLOEXEC, most - 1))
    except OSError:
        return  # the limit leaves no room: the table is as large as it ever gets
    finally:
        os.close(opened)
