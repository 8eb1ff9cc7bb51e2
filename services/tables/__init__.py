"""Tables that a run may ask about: uploads and files, their columns and types, which rows are asked."""
