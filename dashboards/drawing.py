"""What every picture shares: its frame, its letters, its room."""

from typing import Any

#: A figure as plotly.js takes it: {"data": [...], "layout": {...}}.
Drawing = dict[str, Any]
FONT = 'system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif'


def layout(height: int) -> Drawing:
    """Return the layout of a picture: transparent, without a tool bar, as high as given."""
    return {
        "height": height,
        "margin": {"l": 8, "r": 8, "t": 40, "b": 40},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 13, "color": "#6b7780"},
        "dragmode": False,
        "hoverlabel": {"align": "left"},
    }
