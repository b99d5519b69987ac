"""The fast way to Frictionless's report: most lines are proven, the rest is judged by it."""
