"""Schemas of generated tables: declared columns, read from a file, checked and put in order."""
