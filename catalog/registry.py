"""One folder scan finds the pieces of a port: a new file is a new piece, no list is edited."""

import importlib
import pkgutil
from types import ModuleType
from typing import Any


def discover(package: ModuleType) -> tuple[type[Any], ...]:
    """Return the classes of a port that the modules of its folder bring, by module and name.

    A piece is a public class defined there that says its `code` or `kind` itself. Modules
    whose name begins with an underscore are left out.
    """
    found = []
    for info in pkgutil.iter_modules(package.__path__):
        if info.name.startswith("_"):
            continue
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        found += [
            thing
            for name, thing in sorted(vars(module).items())
            if isinstance(thing, type)
            and thing.__module__ == module.__name__
            and not name.startswith("_")
            and _names_itself(thing)
        ]
    return tuple(found)


def _names_itself(piece: type[Any]) -> bool:
    own = vars(piece)
    return isinstance(own.get("code"), str) or isinstance(own.get("kind"), str)
