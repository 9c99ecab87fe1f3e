"""The words everything shares: states, reasons, techniques, timing, the request. No I/O, nothing heavy."""
