"""Simulated hosts: a small network stack that answers frames as its description says."""
