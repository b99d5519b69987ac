"use strict";
// Draw each figure from the JSON beside it, in the ink of the page.
for (const place of document.querySelectorAll("[data-figure]")) {
  const figure = JSON.parse(document.getElementById(place.dataset.figure).textContent);
  figure.layout.font.color = getComputedStyle(place).color;
  Plotly.newPlot(place, figure.data, figure.layout, { displayModeBar: false, responsive: true });
}
