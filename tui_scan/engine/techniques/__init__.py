"""One file a technique: what it sends, what each answer means, what silence means."""
