"""What listens on a host, set beside what a scan sees of it."""
