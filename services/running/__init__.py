"""Runs from start to end: checked, started in a process of their own, executed, stopped, resumed."""
