"use strict";
// Pictures in SVG: lines over weeks, curves of distributions, intervals. Every picture says in words what it shows.
function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value);
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}
const Plot = {
  // the first arm is black; the others are told apart by colour and by dash, also in grey
  colours: ["#16202a", "#0072B2", "#B84300", "#00734f", "#A3006E", "#6b5200", "#5b4b9a", "#3a7d9e"],
  dashes: ["", "", "7 3", "2 3", "9 3 2 3", "4 2", "12 3", "1 2"],
  colour(i) { return this.colours[i % this.colours.length]; },
  dash(i) { return this.dashes[i % this.dashes.length]; },
  ticks(low, high, parts) {
    const rough = (high - low || 1) / parts, power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 2.5, 5, 10].map((k) => k * power).find((k) => k >= rough * 0.999) || power * 10;
    const found = [];
    for (let tick = Math.ceil(low / step - 1e-9) * step; tick <= high + step * 1e-6; tick += step) found.push(Math.abs(tick) < step / 1e6 ? 0 : tick);
    return found;
  },
  said(x) { return (x < 0 ? "−" : "") + Math.abs(x).toLocaleString("en-US", { maximumSignificantDigits: 4 }); },
  // The density of a distribution: what is likely is high.
  curve(points, label) {
    const width = 300, height = 84, left = 8, right = width - 8, base = height - 20;
    const xs = points.map(([x]) => x), low = Math.min(...xs), high = Math.max(...xs);
    const x = (v) => left + ((v - low) / (high - low || 1)) * (right - left), y = (v) => base - v * (base - 8);
    const path = points.map(([a, b]) => `${x(a).toFixed(1)},${y(b).toFixed(1)}`).join(" L ");
    const ticks = this.ticks(low, high, 4);
    return svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "curve", role: "img", "aria-label": label },
      svg("path", { d: `M ${x(xs[0])},${base} L ${path} L ${x(xs[xs.length - 1])},${base} Z`, fill: "#cfe3f0", stroke: "#0072B2", "stroke-width": 1.6 }),
      svg("line", { x1: left, x2: right, y1: base, y2: base, stroke: "#50565b" }),
      ticks.map((t) => svg("text", { x: x(t), y: height - 5, "text-anchor": "middle", class: "tick" }, this.said(t))));
  },
  // Lines over weeks with their bands; weeks and numbers are read off with the pointer or the arrow keys.
  weeks({ lines, zero = false, begins = null, label, names, height = 190 }) {
    const width = 480, left = 58, right = width - 10, base = height - 26, top = 10;
    const all = lines.flatMap(({ values }) => [...values.low, ...values.high, ...values.mean]).filter((v) => v !== null);
    if (!all.length) return null;
    let low = Math.min(...all, zero ? 0 : Infinity), high = Math.max(...all, zero ? 0 : -Infinity);
    if (high - low < 1e-9) { low -= 0.5; high += 0.5; }
    const weeks = lines[0].values.week, first = weeks[0], last = weeks[weeks.length - 1];
    const x = (w) => left + ((w - first) / (last - first || 1)) * (right - left), y = (v) => base - ((v - low) / (high - low)) * (base - top);
    const path = (values) => values.map((v, i) => (v === null ? "" : `${i && values[i - 1] !== null ? "L" : "M"} ${x(weeks[i]).toFixed(1)},${y(v).toFixed(1)}`)).join(" ");
    const band = ({ low: l, high: h }) => {
      const at = weeks.map((_, i) => i).filter((i) => l[i] !== null && h[i] !== null);
      return at.length > 1 ? `M ${at.map((i) => `${x(weeks[i]).toFixed(1)},${y(h[i]).toFixed(1)}`).join(" L ")} L ${at.reverse().map((i) => `${x(weeks[i]).toFixed(1)},${y(l[i]).toFixed(1)}`).join(" L ")} Z` : "";
    };
    const cursor = svg("line", { y1: top, y2: base, stroke: "#A3006E", "stroke-width": 1, visibility: "hidden" });
    const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "weeks", tabindex: 0, role: "img", "aria-label": label },
      this.ticks(low, high, 4).map((t) => [svg("line", { x1: left, x2: right, y1: y(t), y2: y(t), stroke: zero && t === 0 ? "#50565b" : "#e3e6e8" }), svg("text", { x: left - 6, y: y(t) + 4, "text-anchor": "end", class: "tick" }, this.said(t))]),
      this.ticks(first, last, 6).map((t) => svg("text", { x: x(t), y: height - 9, "text-anchor": "middle", class: "tick" }, String(Math.round(t)))),
      begins === null ? null : [svg("line", { x1: x(begins), x2: x(begins), y1: top, y2: base, stroke: "#50565b", "stroke-dasharray": "2 3" }), svg("text", { x: x(begins) + 4, y: top + 8, class: "tick" }, T("policies_begin"))],
      lines.map(({ values, at }) => svg("path", { d: band(values), fill: this.colour(at), opacity: 0.13 })),
      lines.map(({ values, at }) => svg("path", { d: path(values.mean), fill: "none", stroke: this.colour(at), "stroke-width": 2, "stroke-dasharray": this.dash(at) })),
      cursor);
    const says = el("p", { class: "readout", "aria-live": "off" }, label);
    let at = -1;
    const show = (i) => {
      at = Math.max(0, Math.min(weeks.length - 1, i));
      cursor.setAttribute("x1", x(weeks[at])); cursor.setAttribute("x2", x(weeks[at])); cursor.setAttribute("visibility", "visible");
      says.textContent = `${T("week")} ${weeks[at]}: ${lines.map(({ values, name }) => (values.mean[at] === null ? null : `${name} ${this.said(values.mean[at])} (${T("to", this.said(values.low[at]), this.said(values.high[at]))})`)).filter(Boolean).join(Words.at ? "；" : "; ")}`;
    };
    picture.addEventListener("pointermove", (e) => {
      const box = picture.getBoundingClientRect(), week = first + (((e.clientX - box.left) / box.width) * width - left) / (right - left) * (last - first);
      let best = 0;
      weeks.forEach((w, i) => { if (Math.abs(w - week) < Math.abs(weeks[best] - week)) best = i; });
      show(best);
    });
    picture.addEventListener("pointerleave", () => { cursor.setAttribute("visibility", "hidden"); says.textContent = label; });
    picture.addEventListener("keydown", (e) => {
      const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[e.key];
      if (step) { e.preventDefault(); show((at < 0 ? 0 : at) + step); }
    });
    return el("figure", { class: "plot-box" }, el("figcaption", {}, names), picture, says);
  },
  key(arms) { return el("span", { class: "keys" }, arms.map(({ name, at }) => el("span", { class: "key" }, svg("svg", { viewBox: "0 0 26 10", class: "stroke", "aria-hidden": "true" }, svg("line", { x1: 1, x2: 25, y1: 5, y2: 5, stroke: this.colour(at), "stroke-width": 3, "stroke-dasharray": this.dash(at) })), el("bdi", {}, name)))); },
  // Shares of tiers over weeks, stacked from the deepest.
  tiers(series, weeks, label, top) {
    const width = 300, height = 150, left = 40, right = width - 6, base = height - 22, high = 8;
    const x = (w) => left + ((w - weeks[0]) / (weeks[weeks.length - 1] - weeks[0] || 1)) * (right - left), y = (v) => base - (v / top) * (base - high);
    const under = weeks.map(() => 0), shades = ["#08306b", "#4292c6", "#9ecae1"];
    return svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "tiers", role: "img", "aria-label": label },
      this.ticks(0, top, 3).map((t) => [svg("line", { x1: left, x2: right, y1: y(t), y2: y(t), stroke: "#e3e6e8" }), svg("text", { x: left - 5, y: y(t) + 4, "text-anchor": "end", class: "tick" }, `${this.said(100 * t)}%`)]),
      series.map((values, k) => {
        const low = [...under]; values.forEach((v, i) => { under[i] += v || 0; });
        return svg("path", { fill: shades[k], d: `M ${weeks.map((w, i) => `${x(w).toFixed(1)},${y(under[i]).toFixed(1)}`).join(" L ")} L ${weeks.map((_, i) => weeks.length - 1 - i).map((i) => `${x(weeks[i]).toFixed(1)},${y(low[i]).toFixed(1)}`).join(" L ")} Z` });
      }),
      this.ticks(weeks[0], weeks[weeks.length - 1], 4).map((t) => svg("text", { x: x(t), y: height - 7, "text-anchor": "middle", class: "tick" }, String(Math.round(t)))));
  },
};
