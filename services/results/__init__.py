"""What a run holds: rows and figures, corrections, exports, and rows asked again."""
