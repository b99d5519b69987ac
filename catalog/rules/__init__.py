"""The rules of freshness: pure, standard library only, no clock, no database, no network."""
