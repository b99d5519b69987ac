"""Named records become rows: daftar data, agencies, people, holidays, applications, listings."""
