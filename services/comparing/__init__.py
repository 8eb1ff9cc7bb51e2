"""Runs and previews side by side."""
