"""The port of every picture, and the pictures there are."""

from typing import Protocol

from catalog.registry import discover
from dashboards import figures
from dashboards.drawing import Drawing
from dashboards.numbers import Board


class Figure(Protocol):
    """One picture of the board; `code` names it in addresses and is unique."""

    code: str

    def title(self) -> str:
        """Return its title in the reader's language."""
        ...

    def sentence(self, board: Board) -> str:
        """Return in one sentence what the picture shows."""
        ...

    def build(self, board: Board) -> Drawing:
        """Return the figure as plain lists and objects, drawn with the words of the reader."""
        ...


def all_figures() -> tuple[Figure, ...]:
    """Return every picture of the folder, in order of its file."""
    return tuple(figure() for figure in discover(figures))
