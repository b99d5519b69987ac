"""What the city sees: numbers, pages and pictures. Reads only; knows the catalogue alone."""
