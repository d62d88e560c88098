// A line chart as SVG, with a logarithmic axis of connections.
const WIDTH = 720;
const HEIGHT = 400;
const MARGIN = { left: 70, right: 170, top: 40, bottom: 50 };
const LABEL_HEIGHT = 17;
const COLORS = ['#2563eb', '#d97706', '#6b7280'];

/** @param lines each with a name and points [x, y], x in powers of two */
function lineChart({ title, x, lines }) {
  const xs = lines[0].points.map(([value]) => value);
  const top = roundUp(Math.max(...lines.flatMap(({ points }) => points.map(([, y]) => y))));
  const atX = scale(Math.log2(xs[0]), Math.log2(xs.at(-1)), MARGIN.left, WIDTH - MARGIN.right);
  const atY = scale(0, top, HEIGHT - MARGIN.bottom, MARGIN.top);
  const parts = [
    text(WIDTH / 2, 22, title, 'middle', 16),
    ...[0, 0.25, 0.5, 0.75, 1].flatMap((share) => gridLine(atY(share * top), share * top)),
    ...xs.map((value) => text(atX(Math.log2(value)), HEIGHT - MARGIN.bottom + 20, value, 'middle')),
    text((MARGIN.left + WIDTH - MARGIN.right) / 2, HEIGHT - 10, x, 'middle'),
    ...lines.flatMap((line, index) => drawLine(line, COLORS[index], atX, atY)),
    ...labelsOf(lines, atX(Math.log2(xs.at(-1))) + 10, atY),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif">
<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>
${parts.join('\n')}
</svg>
`;
}

/** Beside the end of each line, and never one over another. */
function labelsOf(lines, x, atY) {
  const ends = lines.map(({ name, points }, index) => ({ name, index, y: atY(points.at(-1)[1]) }));
  let free = 0;
  return ends
    .toSorted((one, other) => one.y - other.y)
    .map(({ name, index, y }) => {
      const placed = Math.max(y, free);
      free = placed + LABEL_HEIGHT;
      return text(x, placed + 4, name, 'start', 13, COLORS[index]);
    });
}

function drawLine({ points }, color, atX, atY) {
  const placed = points.map(([x, y]) => [atX(Math.log2(x)), atY(y)]);
  const path = placed.map((point) => point.map((value) => value.toFixed(1)).join(',')).join(' ');
  return [
    `<polyline points="${path}" fill="none" stroke="${color}" stroke-width="2.5"/>`,
    ...placed.map(
      ([x, y]) => `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="3.5" fill="${color}"/>`,
    ),
  ];
}

function gridLine(y, value) {
  return [
    `<line x1="${MARGIN.left}" y1="${y}" x2="${WIDTH - MARGIN.right}" y2="${y}" stroke="#e5e7eb"/>`,
    text(MARGIN.left - 8, y + 4, Math.round(value).toLocaleString('en-US'), 'end'),
  ];
}

function text(x, y, content, anchor, size = 13, color = '#111827') {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" font-size="${size}" fill="${color}">${content}</text>`;
}

function scale(fromLow, fromHigh, toLow, toHigh) {
  return (value) => toLow + ((value - fromLow) / (fromHigh - fromLow)) * (toHigh - toLow);
}

function roundUp(value) {
  const step = 10 ** Math.floor(Math.log10(value));
  return Math.ceil(value / step) * step;
}

module.exports = { lineChart };
