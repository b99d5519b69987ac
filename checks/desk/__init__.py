"""The desk: where an agency answers a notice, from a signed link and without signing in."""

from checks.desk import repair
from checks.desk.pages import blueprint

__all__ = ["blueprint", "repair"]
