"""Use cases: the front door of the pages and the command line."""
