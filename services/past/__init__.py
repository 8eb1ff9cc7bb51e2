"""What ran before: sessions, totals, and tidying up."""
