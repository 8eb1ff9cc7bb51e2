"""The parts of the History page: sessions with their runs, filters, totals, what is kept."""
