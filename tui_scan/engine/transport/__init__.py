"""How bytes leave and arrive: raw packets with a capture ring, connect and datagram sockets with error queue."""
