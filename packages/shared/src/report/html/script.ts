/**
 * The page's only script. It moves a cursor over the timeline (pointer, or arrow keys when it has the focus) and
 * writes the figures of that instant above it, and opens all details before printing. The page is whole without it.
 */
export const SCRIPT = `
'use strict';
(() => {
  addEventListener('beforeprint', () => document.querySelectorAll('details').forEach((d) => { d.open = true; }));
  const svg = document.getElementById('timeline');
  const data = document.getElementById('timeline-data');
  const out = document.getElementById('readout');
  if (!svg || !data || !out) return;
  const points = JSON.parse(data.textContent);
  const cursor = svg.querySelector('.cursor');
  if (!cursor || points.length === 0) return;
  let at = -1;
  const show = (index) => {
    at = Math.max(0, Math.min(points.length - 1, index));
    const [x, words] = points[at];
    cursor.setAttribute('x1', x);
    cursor.setAttribute('x2', x);
    cursor.style.visibility = 'visible';
    out.textContent = words;
  };
  svg.addEventListener('pointermove', (event) => {
    const box = svg.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * svg.viewBox.baseVal.width;
    let best = 0;
    points.forEach((point, index) => { if (Math.abs(point[0] - x) < Math.abs(points[best][0] - x)) best = index; });
    show(best);
  });
  svg.addEventListener('keydown', (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    show(at + step);
  });
})();
`;

/** The script's digest for the page's policy, as CSP writes it. A test says what it has to be. */
export const SCRIPT_DIGEST = 'sha256-pyxTHgVctvPgO40ZuaBFnmfU2ljoKkZIjXN8FXE/bQ0=';
