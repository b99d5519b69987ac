"""From bytes to records: what a file is, how it is written, where its table lies."""
