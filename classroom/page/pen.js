"use strict";
// Two pens with the same strokes: one draws on a canvas (the live picture), one writes SVG (the download).
class CanvasPen {
  constructor(canvas, width, height) {
    const dense = Math.min(2, window.devicePixelRatio || 1);
    if (canvas.width !== Math.round(width * dense) || canvas.height !== Math.round(height * dense)) {
      canvas.width = Math.round(width * dense);
      canvas.height = Math.round(height * dense);
    }
    this.c = canvas.getContext("2d");
    this.c.setTransform(dense, 0, 0, dense, 0, 0);
    this.c.clearRect(0, 0, width, height);
  }
  rect(x, y, w, h, colour) { this.c.fillStyle = colour; this.c.fillRect(x, y, w, h); }
  line(x1, y1, x2, y2, colour, width = 1) { this.path([[x1, y1], [x2, y2]], colour, width); }
  path(points, colour, width = 1.5, dash = []) {
    const c = this.c;
    c.strokeStyle = colour; c.lineWidth = width; c.lineJoin = "round"; c.setLineDash(dash);
    c.beginPath();
    points.forEach(([x, y], i) => (i ? c.lineTo(x, y) : c.moveTo(x, y)));
    c.stroke();
    c.setLineDash([]);
  }
  area(points, colour) {
    const c = this.c;
    c.fillStyle = colour; c.beginPath();
    points.forEach(([x, y], i) => (i ? c.lineTo(x, y) : c.moveTo(x, y)));
    c.closePath(); c.fill();
  }
  text(x, y, said, { size = 12, colour = COLOURS.ink, anchor = "start", bold = false } = {}) {
    this.c.font = `${bold ? "600 " : ""}${size}px ${FONT}`;
    this.c.fillStyle = colour;
    this.c.textAlign = anchor === "middle" ? "center" : anchor;
    this.c.textBaseline = "alphabetic";
    this.c.fillText(said, x, y);
  }
  // as much of a text as has this width, with … for the rest
  fitted(said, most, size) {
    this.c.font = `${size}px ${FONT}`;
    const letters = [...said];
    const wide = (n) => this.c.measureText(letters.slice(0, n).join("") + (n < letters.length ? "…" : "")).width;
    let n = letters.length;
    while (n > 1 && wide(n) > most) n = Math.min(n - 1, Math.ceil((n * most) / wide(n)));
    return n < letters.length ? `${letters.slice(0, n).join("")}…` : said;
  }
}
const FONT = "system-ui, -apple-system, 'Segoe UI', 'Noto Sans SC', 'Microsoft YaHei', 'PingFang SC', 'WenQuanYi Micro Hei', sans-serif";

class SvgPen {
  constructor(width, height) { this.width = width; this.height = height; this.parts = []; }
  static safe(said) { return String(said).replace(/[<>&"']/g, (c) => `&#${c.charCodeAt(0)};`); }
  static round(x) { return Math.round(x * 100) / 100; }
  points(list) { return list.map(([x, y]) => `${SvgPen.round(x)},${SvgPen.round(y)}`).join(" "); }
  rect(x, y, w, h, colour) { this.parts.push(`<rect x="${SvgPen.round(x)}" y="${SvgPen.round(y)}" width="${SvgPen.round(w)}" height="${SvgPen.round(h)}" fill="${colour}"/>`); }
  line(x1, y1, x2, y2, colour, width = 1) { this.path([[x1, y1], [x2, y2]], colour, width); }
  path(list, colour, width = 1.5, dash = []) { this.parts.push(`<polyline points="${this.points(list)}" fill="none" stroke="${colour}" stroke-width="${width}" stroke-linejoin="round"${dash.length ? ` stroke-dasharray="${dash.join(" ")}"` : ""}/>`); }
  // as much of a text as should have this width; letters of Chinese are twice as wide
  fitted(said, most, size) {
    let wide = 0, n = 0;
    const letters = [...said];
    while (n < letters.length && (wide += (letters[n] > "\u2e80" ? 1 : 0.56) * size) <= most) n += 1;
    return n < letters.length ? `${letters.slice(0, n - 1).join("")}…` : said;
  }
  area(list, colour) { this.parts.push(`<polygon points="${this.points(list)}" fill="${colour}"/>`); }
  text(x, y, said, { size = 12, colour = COLOURS.ink, anchor = "start", bold = false } = {}) {
    this.parts.push(`<text x="${SvgPen.round(x)}" y="${SvgPen.round(y)}" font-size="${size}" fill="${colour}" text-anchor="${anchor}"${bold ? ' font-weight="600"' : ""}>${SvgPen.safe(said)}</text>`);
  }
  done() {
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${this.width}" height="${this.height}" viewBox="0 0 ${this.width} ${this.height}" font-family="${SvgPen.safe(FONT)}"><rect width="100%" height="100%" fill="#ffffff"/>${this.parts.join("")}</svg>`;
  }
}
