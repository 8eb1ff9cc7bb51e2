"""Providers as data, the completion client, model lists and the offline demo."""
