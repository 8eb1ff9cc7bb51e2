"""A run as one file: saved, read as hostile, opened on another machine."""
