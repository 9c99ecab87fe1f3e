"""Benchmarks: our program and its peers in turn on the same target, every verdict checked. Not timed tests."""
