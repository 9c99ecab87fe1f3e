"""The options of a scan as tables, one file a group; the command line, its help and the form walk them."""
