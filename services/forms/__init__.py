"""What a person sets before a run: forms, recipes, personas, drafts, and what the run would take."""
