"""The heat map of agencies by month."""

from catalog.pages.language import _
from dashboards.drawing import Drawing, layout
from dashboards.heat import heat_map
from dashboards.numbers import Board
from dashboards.palette import PAINTS
from dashboards.speech import behind_sentence, face_letter, month_sentence, month_text
from dashboards.tally import Face

_ROW_HEIGHT = 30
_HEAD = 90


class AgenciesByMonth:
    """One cell for every agency and month, in the colour of its gravest obligation."""

    code = "perangkat-daerah-per-bulan"

    def title(self) -> str:
        """Return its title in the reader's language."""
        return _("Perangkat daerah per bulan")

    def sentence(self, board: Board) -> str:
        """Return in one sentence what the picture shows."""
        return behind_sentence(heat_map(board))

    def build(self, board: Board) -> Drawing:
        """Return the map; rows run from the top in the order of the board."""
        heat = heat_map(board)
        faces = [[cell.tally.worst for cell in row.cells] for row in heat.rows]
        trace = {
            "type": "heatmap",
            "x": [month_text(month, "MMM yy") for month in heat.months],
            "y": [row.agency.short for row in heat.rows],
            "z": [[face.gravity if face else None for face in row] for row in faces],
            "text": [[face_letter(face) for face in row] for row in faces],
            "texttemplate": "%{text}",
            "hovertext": [[month_sentence(cell) for cell in row.cells] for row in heat.rows],
            "hovertemplate": "%{y}<br>%{hovertext}<extra></extra>",
            "zmin": -0.5,
            "zmax": len(Face) - 0.5,
            "colorscale": _steps(),
            "showscale": False,
            "xgap": 2,
            "ygap": 2,
        }
        height = _HEAD + _ROW_HEIGHT * max(1, len(heat.rows))
        drawn = layout(height)
        drawn["yaxis"] = {"autorange": "reversed", "automargin": True, "fixedrange": True}
        drawn["xaxis"] = {"side": "top", "fixedrange": True, "type": "category"}
        return {"data": [trace], "layout": drawn}


def _steps() -> list[list[float | str]]:
    """Return a colour scale of one flat step for every face."""
    steps: list[list[float | str]] = []
    for face in Face:
        fill = PAINTS[face.look].fill
        steps += [[face.gravity / len(Face), fill], [(face.gravity + 1) / len(Face), fill]]
    return steps
