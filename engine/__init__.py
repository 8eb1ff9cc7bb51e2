"""Rows, prompts, attempts: pure decisions plus one runner that knows no screen, no SQL and no SDK."""
