"""SQLite behind handai_db: the catalogue and the run files. SQL lives only here."""
