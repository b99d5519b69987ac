"""Operating it: is it alive, is it ready, how is it going, and what it wrote down."""

from checks.operating.pages import blueprint

__all__ = ["blueprint"]
