"""What listens and is connected on this host, and who owns it."""
