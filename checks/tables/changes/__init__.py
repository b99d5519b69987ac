"""What is another between two versions of a table."""
