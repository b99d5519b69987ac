"""How the whole city's obligations stand, month by month."""

from catalog.pages.language import _
from dashboards.drawing import Drawing, layout
from dashboards.numbers import Board
from dashboards.palette import PAINTS
from dashboards.speech import face_word, month_text, months_sentence
from dashboards.tally import Face

_HEIGHT = 380


class CityByMonth:
    """Stacked bars: the obligations due in each month by how they stand, with patterns."""

    code = "kota-per-bulan"

    def title(self) -> str:
        """Return its title in the reader's language."""
        return _("Seluruh kota per bulan jatuh tempo")

    def sentence(self, board: Board) -> str:
        """Return in one sentence what the picture shows."""
        return months_sentence(board.city.measures.months)

    def build(self, board: Board) -> Drawing:
        """Return the bars; a face that never occurs has none."""
        months = board.city.measures.months
        labels = [month_text(cell.month, "MMM yy") for cell in months]
        shown = [face for face in Face if any(cell.tally.of(face) for cell in months)]
        bars = [
            {
                "type": "bar",
                "name": face_word(face),
                "x": labels,
                "y": [cell.tally.of(face) for cell in months],
                "marker": {
                    "color": PAINTS[face.look].fill,
                    "line": {"color": "#6b7780", "width": 1},
                    "pattern": {
                        "shape": PAINTS[face.look].pattern,
                        "fillmode": "overlay",
                        "fgcolor": PAINTS[face.look].ink,
                        "fgopacity": 0.35,
                        "size": 6,
                    },
                },
                "hovertemplate": "%{x}: %{y}<extra>%{fullData.name}</extra>",
            }
            for face in shown
        ]
        drawn = layout(_HEIGHT)
        drawn |= {
            "barmode": "stack",
            "xaxis": {"type": "category", "fixedrange": True},
            "yaxis": {"fixedrange": True, "rangemode": "tozero", "automargin": True},
            "legend": {"orientation": "h", "y": -0.15},
        }
        return {"data": bars, "layout": drawn}
