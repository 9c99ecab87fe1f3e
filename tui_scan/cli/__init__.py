"""The commands, one file each."""

import os

# numpy's linear algebra is never used, and each of its threads costs start-up time and memory.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
