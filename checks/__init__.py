"""What we see and whom we tell: the only writer of checks, versions, findings and notices."""
