"""How punctual each agency is, with its numerator and denominator."""

from catalog.pages.language import _
from catalog.store.strip import Look
from dashboards.drawing import Drawing, layout
from dashboards.numbers import Board
from dashboards.palette import PAINTS
from dashboards.speech import kept_sentence, share_text

_ROW_HEIGHT = 28
_HEAD = 70


class PunctualityOfAgencies:
    """One bar an agency: the share of its last obligations that came in time (EPSS 20302)."""

    code = "ketepatan-waktu"

    def title(self) -> str:
        """Return its title in the reader's language."""
        return _("Ketepatan waktu per perangkat daerah")

    def sentence(self, board: Board) -> str:
        """Return in one sentence what the picture shows."""
        return kept_sentence(board)

    def build(self, board: Board) -> Drawing:
        """Return the bars in the order of the board; agencies without a share are left out."""
        measured = [
            (row.agency.short, share)
            for row in board.rows
            if (share := row.measures.punctuality) and share.value is not None
        ]
        bars = {
            "type": "bar",
            "orientation": "h",
            "x": [round(100 * (share.value or 0.0), 1) for _name, share in measured],
            "y": [name for name, _share in measured],
            "text": [share_text(share) for _name, share in measured],
            "textposition": "auto",
            "marker": {"color": PAINTS[Look.ON_TIME].fill},
            "hovertemplate": "%{y}: %{text}<extra></extra>",
        }
        drawn = layout(_HEAD + _ROW_HEIGHT * max(1, len(measured)))
        drawn["xaxis"] = {"range": [0, 100], "ticksuffix": " %", "fixedrange": True}
        drawn["yaxis"] = {"autorange": "reversed", "automargin": True, "fixedrange": True}
        return {"data": [bars], "layout": drawn}
