"""The loops that carry a technique through its rounds: by packets, by connect(), by datagram sockets."""
