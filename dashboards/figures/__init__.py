"""Pictures: a port and one file per chart, found by a scan of this folder.

To add one: a module with a class that keeps `dashboards.charts.Figure`, and its test.
"""
