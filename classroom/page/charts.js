"use strict";
// Charts of both worlds: lines over weeks, their difference, what they say in a sentence, and the downloads.
const FAMILIES = {
  f_tiers: ["tier_1", "tier_2", "tier_3", "participation", "registered", "active", "climbs", "lapses"],
  f_cohesion: ["cohesion", "strong_component", "part_strong_ties", "part_bridging", "isolates", "identity", "atmosphere", "collective_efficacy"],
  f_unmet: ["unmet_needs", "unmet_known", "unmet_elders_alone", "unmet_senior_elders", "unmet_children", "unmet_low_income", "unmet_migrants"],
  f_orders: ["board_placed", "board_done", "board_expired", "board_open", "board_hidden"],
  f_bank: ["credits_outstanding", "credit_holders", "credits_redeemed", "bank_trust"],
  f_cost: ["spent", "cost", "differing"],
};
const TOGETHER = { f_tiers: ["tier_1", "tier_2", "tier_3"], f_orders: ["board_placed", "board_done", "board_expired"] };

class Chart {
  constructor(family, metrics) {
    this.family = family; this.metrics = metrics; this.mode = "values"; this.visible = true;
    this.shown = TOGETHER[family] ? "together" : (FAMILIES[family] || ["cohesion"])[0];
    this.canvas = el("canvas", { class: "plot", role: "img" });
    this.says = el("p", { class: "says", "aria-live": "off" });
    this.select = el("select", { onchange: () => { this.shown = this.select.value; this.draw(); } });
    this.differ = el("button", { class: "small", type: "button", "aria-pressed": "false", onclick: () => { this.mode = this.mode === "values" ? "difference" : "values"; this.relabel(); this.draw(); } });
    this.saves = ["PNG", "SVG", "CSV"].map((kind) => el("button", { class: "small", type: "button", onclick: () => this.save(kind) }, kind));
    this.measure = el("span", { class: "unit" });
    this.node = el("figure", { class: "chart" }, el("figcaption", {}, this.select, this.differ, this.measure, el("span", { class: "saves" }, this.saves)), this.canvas, this.says);
    new IntersectionObserver((seen) => { this.visible = seen[seen.length - 1].isIntersecting; if (this.visible) this.draw(); }).observe(this.canvas);
    this.relabel();
  }
  members() { return this.family === "f_any" ? Object.keys(this.metrics) : FAMILIES[this.family].filter((name) => this.metrics[name] || WORDS[Chart.word(name)]); }
  static word(name) { return { spent: "spent_series", differing: "differing_series" }[name] || name.replace("board_", "b_"); }
  label(name) { const metric = this.metrics[name]; return metric ? Words.pick(metric.label) : T(Chart.word(name)); }
  unit(name) { const metric = this.metrics[name]; return metric ? Words.pick(metric.unit) : name === "spent" ? (Words.at ? "元" : "yuan") : Words.at ? "每周" : "a week"; }
  relabel() {
    const options = this.members().map((name) => el("option", { value: name }, this.label(name)));
    if (TOGETHER[this.family]) options.unshift(el("option", { value: "together" }, `${T(this.family)}: ${T("together")}`));
    fill(this.select, options);
    this.select.value = this.shown;
    this.select.setAttribute("aria-label", T(this.family));
    this.differ.textContent = T(this.mode === "values" ? "difference" : "values");
    this.differ.setAttribute("aria-pressed", String(this.mode === "difference"));
  }
  names() { return this.shown === "together" ? TOGETHER[this.family] : [this.shown]; }
  open(run, worlds) { this.run = run; this.worlds = worlds; this.draw(); }
  lines() {
    const several = this.names().length > 1;
    return this.names().flatMap((name, i) => {
      const a = this.run.column(0, name), b = this.run.column(1, name), colour = several ? LINES[i] : COLOURS.second;
      if (this.mode === "difference") return [{ values: b.map((v, w) => v - a[w]), colour, label: this.label(name) }];
      return [
        { values: a, colour: several ? colour : COLOURS.first, dash: [5, 4], label: several ? "" : this.worlds[0] },
        { values: b, colour, label: several ? this.label(name) : this.worlds[1] },
      ];
    });
  }
  draw() {
    if (!this.run || !this.visible) return;
    const box = this.canvas.getBoundingClientRect();
    if (box.width < 60) return;
    this.strokes(new CanvasPen(this.canvas, box.width, box.height), box.width, box.height, Math.min(17, (11 / 15) * parseFloat(getComputedStyle(document.documentElement).fontSize) || 11));
    const said = this.sentence();
    if (this.says.textContent !== said) this.says.textContent = said;
    this.canvas.setAttribute("aria-label", said);
    this.measure.textContent = this.unit(this.names()[0]);
  }
  strokes(pen, width, height, size) {
    const lines = this.lines(), weeks = Math.max(10, this.run.week);
    const all = lines.flatMap((line) => line.values).filter(Number.isFinite);
    let low = Math.min(0, ...all.length < 50000 ? all : [Math.min(...lines.map((l) => Math.min(...l.values)))]), high = Math.max(...all, low + 1e-9);
    const spread = Math.max(...all) - Math.min(...all);
    if (this.mode === "values" && all.length && Math.min(...all) > 0.5 * high) low = Math.max(0, Math.min(...all) - 0.3 * (spread || high));
    if (this.mode === "difference") { const most = Math.max(1e-9, ...all.map(Math.abs)); low = -most; high = most; }
    if (high - low < 1e-8) high = low + 1;
    const [step, bottom, top] = Chart.ticks(low, high);
    const left = 4.2 * size, right = width - 10, base = height - 1.8 * size, ceiling = 2 * size;
    const x = (week) => left + ((right - left) * week) / weeks, y = (value) => base - ((base - ceiling) * (value - bottom)) / (top - bottom);
    for (let tick = bottom; tick <= top + step / 2; tick += step) {
      pen.line(left, y(tick), right, y(tick), Math.abs(tick) < step / 1e6 ? "#8a9096" : "#e3e6e8");
      pen.text(left - 5, y(tick) + 4, number(Math.abs(tick) < step / 1e6 ? 0 : tick), { size, anchor: "end", colour: "#50565b" });
    }
    const every = [5, 10, 13, 26, 52, 104, 260, 520].find((gap) => (right - left) / (weeks / gap) > 4 * size) || 520;
    for (let week = 0; week <= weeks; week += every) pen.text(x(week), base + 1.35 * size, String(week), { size, anchor: "middle", colour: "#50565b" });
    lines.forEach(({ values, colour, dash }) => {
      const gap = Math.max(1, Math.floor(values.length / 900));
      const points = [];
      for (let w = 0; w < values.length; w += gap) if (Number.isFinite(values[w])) points.push([x(w + 1), y(values[w])]);
      if (points.length > 1) pen.path(points, colour, dash ? 1.8 : 2.2, dash || []);
      else if (points.length) pen.rect(points[0][0] - 2, points[0][1] - 2, 4, 4, colour);
    });
    // names of lines stand in one row: where they are long, further to the left and, at last, smaller
    const named = lines.filter((line) => line.label);
    const wide = (label, letters) => label.split("").reduce((sum, c) => sum + (c > "⺀" ? letters : 0.56 * letters), 0);
    const whole = named.reduce((sum, { label }) => sum + 34 + wide(label, size), -12), spare = right - 4 - 34 * named.length + 12;
    const letters = whole <= right - 4 ? size : (size * spare) / (whole - 34 * named.length + 12);
    let at = Math.max(4, Math.min(left, right - whole));
    for (const { label, colour, dash } of named) {
      pen.path([[at, 0.9 * size], [at + 18, 0.9 * size]], colour, 2.4, dash || []);
      pen.text(at + 22, 1.25 * size, label, { size: letters, colour });
      at += 34 + wide(label, letters);
    }
    if (pen instanceof SvgPen) pen.text(right, ceiling - 8, this.unit(this.names()[0]), { size: size - 1, anchor: "end", colour: "#50565b" });
  }
  static ticks(low, high) {
    const rough = (high - low || 1) / 4, power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 2.5, 5, 10].map((k) => k * power).find((k) => k >= rough);
    return [step, Math.floor(low / step + 1e-9) * step, Math.ceil(high / step - 1e-9) * step || step];
  }
  sentence() {
    if (!this.run.week) return "";
    const name = this.shown === "together" ? (this.family === "f_tiers" ? "participation" : this.names()[1]) : this.shown;
    const a = this.run.value(0, name), b = this.run.value(1, name), gap = b - a;
    const better = this.metrics[name]?.better || 0;
    const verdict = !gap ? "" : better * gap > 0 ? T("better") : better * gap < 0 ? T("worse") : "";
    return `${this.label(name)}${Words.at ? "，" : ". "}${T("says", this.run.week, number(a), this.worlds[0], number(b), this.worlds[1], gap ? signed(gap) : "0", gap ? verdict : "")}`;
  }
  save(kind) {
    const name = `linli-${this.names().join("-")}-${this.run.week}`;
    if (kind === "CSV") { saveFile(`${name}.csv`, this.run.csv(this.names(), this.worlds), "text/csv"); return; }
    const pen = new SvgPen(720, 400);
    this.strokes(pen, 720, 380, 13);
    pen.text(10, 395, this.sentence().slice(0, 120), { size: 11 });
    const svg = pen.done();
    if (kind === "SVG") { saveFile(`${name}.svg`, svg, "image/svg+xml"); return; }
    const canvas = el("canvas"), big = new CanvasPen(canvas, 1440, 800);
    canvas.width = 1440; canvas.height = 800;
    big.c.setTransform(2, 0, 0, 2, 0, 0);
    big.rect(0, 0, 720, 400, "#ffffff");
    this.strokes(big, 720, 380, 13);
    big.text(10, 395, this.sentence().slice(0, 120), { size: 11 });
    canvas.toBlob((blob) => saveFile(`${name}.png`, blob, "image/png"));
  }
}
