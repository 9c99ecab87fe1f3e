"""How sockets are come by: what this process may do, and opening sockets with it."""
