"""The parts of a run's page: its status, its answers, one row of them, what can be done with it."""
