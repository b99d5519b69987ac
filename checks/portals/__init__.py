"""A whole portal, a CKAN or a data.json, read as entries of the catalogue."""
