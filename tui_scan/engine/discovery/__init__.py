"""What is done around the ports: which hosts are up, what they are called, which way leads to them."""
