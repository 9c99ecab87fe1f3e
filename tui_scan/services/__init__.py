"""Port names; what a port is usually used for, not what was found there."""
