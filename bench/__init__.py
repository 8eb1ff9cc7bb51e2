"""Measurements of whole jobs against a baseline in the same run; never a test, machines are shared and noisy."""
