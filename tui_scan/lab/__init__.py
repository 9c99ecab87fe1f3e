"""Practice hosts in namespaces: real Linux stacks, and simulated ones from TOML; their truth is known."""
