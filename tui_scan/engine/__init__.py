"""From a request and sockets to verdicts: probes, techniques, pacing, ledger, capture, the worker thread."""
