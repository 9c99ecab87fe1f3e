"""Writers of a scan's results: nmap's normal, XML and grepable formats, and JSON lines."""
