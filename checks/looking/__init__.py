"""How one look is taken and written: leases, the glance, what was seen, the record."""
