"""The parts of the Generate page: how a schema begins, its columns, its rules."""
