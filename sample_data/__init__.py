"""Kota Sukamaju: one invented city, the same for everybody, relative to the day it is asked for.

Nothing here describes a real agency, person or place; every figure is generated.
"""
