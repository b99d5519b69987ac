"""The colours of the palette for pictures that no style sheet reaches (the same as its tokens)."""

from dataclasses import dataclass

from catalog.store.strip import Look


@dataclass(frozen=True, slots=True)
class Paint:
    """Fill and ink of a cell, and the pattern that tells it apart without colour."""

    fill: str
    ink: str
    pattern: str = ""


PAINTS = {
    Look.ON_TIME: Paint("#00798c", "#ffffff"),
    Look.DONE_LATE: Paint("#e8f3f5", "#1a1a1a", "-"),
    Look.DONE_UNSEEN: Paint("#e8f3f5", "#1a1a1a", "."),
    Look.RUNNING: Paint("#fbfcfc", "#15201f"),
    Look.SOON: Paint("#ffc53d", "#1a1a1a"),
    Look.LATE: Paint("#b42318", "#ffffff", "\\"),
    Look.ARREARS: Paint("#7a1020", "#ffffff", "x"),
    Look.HELD: Paint("#2b0a3d", "#ffffff", "+"),
    Look.EXCUSED: Paint("#e8f3f5", "#1a1a1a", "|"),
    Look.UNKNOWN: Paint("#dfe3e8", "#1a1a1a", "/"),
}
