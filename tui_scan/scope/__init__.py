"""What may be scanned: target and port expressions, exclusions, the guard."""
