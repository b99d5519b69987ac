"""What the numbers of a table say: measures, series, sums, zeros that were lost."""
