"""Frictionless, the yardstick: what of it is used, where it is made safe, its words."""
