"""The parts of the Transform page: the table, the instructions, the columns to compute, the preview."""
