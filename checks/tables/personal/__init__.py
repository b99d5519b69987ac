"""Personal numbers and names in a table, and the places that both speak of."""
