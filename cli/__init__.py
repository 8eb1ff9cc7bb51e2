"""The command line: flags in, services called, figures out."""
