"""A module that is loaded when something of it is first asked for."""

import importlib
from typing import Any


class Later:
    """Stands for a module that takes long to load and is seldom needed."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, what: str) -> Any:
        return getattr(importlib.import_module(self._name), what)
