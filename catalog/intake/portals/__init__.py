"""Taking over a whole portal: its organisations, its datasets, where they are read."""
