"""The tabular engine: how a published file is read, typed, validated, profiled and compared."""
