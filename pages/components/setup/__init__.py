"""What both ways to start a run share: model, settings, columns, preview, what it would take, the two buttons."""
