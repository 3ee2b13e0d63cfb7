"use strict";
// Charts of both worlds: lines over weeks, under them their difference, what they say in a sentence, and the downloads.
const FAMILIES = {
  f_tiers: ["tier_1", "tier_2", "tier_3", "participation", "registered", "active", "climbs", "lapses"],
  f_cohesion: ["cohesion", "strong_component", "part_strong_ties", "part_bridging", "isolates", "identity", "atmosphere", "collective_efficacy"],
  f_unmet: ["unmet_needs", "unmet_known", "unmet_elders_alone", "unmet_senior_elders", "unmet_children", "unmet_low_income", "unmet_migrants"],
  f_orders: ["board_placed", "board_done", "board_expired", "board_open", "board_hidden"],
  f_bank: ["credits_outstanding", "credit_holders", "credits_redeemed", "bank_trust"],
  f_cost: ["spent", "cost", "differing"],
};
const TOGETHER = {
  f_tiers: ["tier_1", "tier_2", "tier_3"],
  f_cohesion: ["cohesion", "strong_component", "part_strong_ties", "part_bridging", "identity", "atmosphere", "collective_efficacy"],
  f_unmet: ["unmet_needs", "unmet_elders_alone", "unmet_senior_elders", "unmet_children", "unmet_low_income", "unmet_migrants"],
  f_orders: ["board_placed", "board_done", "board_expired"],
};
const FIRST = { f_tiers: "together", f_orders: "together", f_any: "wellbeing" };

class Chart {
  constructor(family, metrics) {
    this.family = family; this.metrics = metrics; this.visible = true;
    this.shown = FIRST[family] || FAMILIES[family][0];
    this.canvas = el("canvas", { class: "plot", role: "img" });
    this.says = el("p", { class: "says", "aria-live": "off" });
    this.select = el("select", { onchange: () => { this.shown = this.select.value; this.draw(); } });
    this.saves = ["PNG", "SVG", "CSV"].map((kind) => el("button", { class: "small", type: "button", onclick: () => this.save(kind) }, kind));
    this.measure = el("span", { class: "unit" });
    this.node = el("figure", { class: "chart" }, el("figcaption", {}, this.select, this.measure), this.canvas, this.says, el("div", { class: "saves" }, this.saves));
    new IntersectionObserver((seen) => { this.visible = seen[seen.length - 1].isIntersecting; if (this.visible) this.draw(); }).observe(this.canvas);
    this.relabel();
  }
  members() { return this.family === "f_any" ? Object.keys(this.metrics) : FAMILIES[this.family].filter((name) => this.metrics[name] || WORDS[Chart.word(name)]); }
  static word(name) { return { spent: "spent_series", differing: "differing_series" }[name] || name.replace("board_", "b_"); }
  label(name) { const metric = this.metrics[name], label = metric ? Words.pick(metric.label) : T(Chart.word(name)); return label[0].toUpperCase() + label.slice(1); }
  unit(name) { const metric = this.metrics[name]; return metric ? Words.pick(metric.unit) : name === "spent" ? (Words.at ? "元" : "yuan") : T("mean_4_weeks"); }
  // A share is read more easily as so many in a hundred; weekly flows as means of four weeks.
  static flow(name) { return name.startsWith("board_"); }
  scale(name) { return /^share/.test(this.metrics[name]?.unit[0] || "") ? 100 : 1; }
  column(world, name) {
    const raw = this.run.column(world, name), scale = this.scale(name);
    if (Chart.flow(name)) return raw.map((_, w) => { let sum = 0, n = 0; for (let k = Math.max(0, w - 3); k <= w; k += 1) { sum += raw[k]; n += 1; } return sum / n; });
    return scale === 1 ? raw : raw.map((v) => v * scale);
  }
  relabel() {
    const options = this.members().map((name) => el("option", { value: name }, this.label(name)));
    if (TOGETHER[this.family]) options.unshift(el("option", { value: "together" }, `${T(this.family)}${S(":")}${T("together")}`));
    fill(this.select, options);
    this.select.value = this.shown;
    this.select.setAttribute("aria-label", T(this.family));
    this.canvas.setAttribute("aria-label", this.run ? this.sentence() : T(this.family));
  }
  names() { return this.shown === "together" ? TOGETHER[this.family] : [this.shown]; }
  // Of what run a chart is, for a picture that stands apart from the page.
  about() { return ""; }
  open(run, worlds) {
    this.run = run; this.worlds = worlds;
    if (this.visible) this.draw(); else this.canvas.setAttribute("aria-label", this.sentence());
  }
  // What was lived before the first picture (`run.from`) is not shown. The lines of both worlds and, for each series, the second world less the first.
  lines() {
    const several = this.names().length > 1, upper = [], lower = [];
    this.names().forEach((name, i) => {
      const a = this.column(0, name), b = this.column(1, name), colour = several ? LINES[i] : COLOURS.second;
      upper.push({ values: a, colour: several ? colour : COLOURS.first, dash: [5, 4], label: several ? "" : this.worlds[0] });
      upper.push({ values: b, colour, label: several ? this.label(name) : this.worlds[1] });
      lower.push({ values: b.map((v, w) => v - a[w]), colour: several ? colour : COLOURS.differ });
    });
    return [upper, lower];
  }
  draw() {
    if (!this.run || !this.visible) return;
    const box = this.canvas.getBoundingClientRect();
    if (box.width < 60) return;
    this.strokes(new CanvasPen(this.canvas, box.width, box.height), box.width, box.height, Math.min(17, (11 / 15) * parseFloat(getComputedStyle(document.documentElement).fontSize) || 11));
    const said = this.sentence();
    if (this.says.textContent !== said) this.says.textContent = said;
    this.canvas.setAttribute("aria-label", said);
    this.measure.textContent = this.measured();
  }
  measured() { const name = this.names()[0]; return this.scale(name) === 100 ? this.unit(name).replace(/^share/, "%").replace(/比例$/, "%") : this.unit(name); }
  // A picture that stands `apart` from the page carries its unit.
  strokes(pen, width, height, size, apart = false) {
    const [upper, lower] = this.lines(), from = Math.min(this.run.from || 0, this.run.week), weeks = Math.max(10, this.run.week - from), left = 4.2 * size, right = width - 10;
    const several = this.names().length > 1, base = height - 1.8 * size, ceiling = (several ? 3.5 : 2.1) * size, strip = 0.26 * (base - ceiling), floor = base - strip - 1.5 * size;
    const range = (lines) => lines.reduce(([low, high], { values }) => values.slice(Math.max(0, from - 1)).reduce(([l, h], v) => (Number.isFinite(v) ? [Math.min(l, v), Math.max(h, v)] : [l, h]), [low, high]), [Infinity, -Infinity]);
    let [low, high] = range(upper);
    if (!Number.isFinite(low)) [low, high] = [0, 1];
    const spread = high - low;
    low = low > 0.5 * high && low > 0 ? Math.max(0, low - 0.3 * (spread || high)) : Math.min(0, low);
    if (high - low < 1e-8) high = low + 1;
    const x = (week) => left + ((right - left) * (week - from)) / weeks;
    const y = this.axis(pen, left, right, floor, ceiling, low, high, size, 4);
    const [down, up] = range(lower), most = Math.max(1e-9, Number.isFinite(down) ? Math.max(-down, up) : 1);
    pen.rect(left, base - strip, right - left, strip, "#faf5f8");
    const z = this.axis(pen, left, right, base, base - strip, -most, most, size, 2, true);
    pen.text(left + 3, base - strip - 0.3 * size, T("second_less_first"), { size: 0.86 * size, colour: "#7d2f5c" });
    const every = [5, 10, 13, 26, 52, 104, 260, 520].find((gap) => (right - left) / (weeks / gap) > 4 * size) || 520;
    for (let week = from; week <= from + weeks; week += every) pen.text(x(week), base + 1.35 * size, String(week), { size, anchor: "middle", colour: "#50565b" });
    pen.text(left - (0.45 + 0.3 * String(from).length) * size, base + 1.35 * size, T("week_axis"), { size: 0.9 * size, anchor: "end", colour: "#50565b" });
    const spots = (values, at) => { const first = Math.max(0, from - 1), gap = Math.max(1, Math.floor((values.length - first) / 900)), points = []; for (let w = first; w < values.length; w += gap) if (Number.isFinite(values[w])) points.push([x(w + 1), at(values[w])]); return points; };
    if (lower.length === 1) { const points = spots(lower[0].values, z); if (points.length > 1) pen.area([[points[0][0], z(0)], ...points, [points[points.length - 1][0], z(0)]], "#ecc6dc"); }
    for (const [lines, at] of [[upper, y], [lower, z]]) lines.forEach(({ values, colour, dash }) => {
      const points = spots(values, at);
      if (points.length > 1) pen.path(points, colour, dash ? 1.8 : 2.2, dash || []);
      else if (points.length) pen.rect(points[0][0] - 2, points[0][1] - 2, 4, 4, colour);
    });
    this.named(pen, upper.filter((line) => line.label), left, right, size);
    if (several) this.named(pen, this.worlds.map((label, w) => ({ label, colour: COLOURS.first, dash: w ? [] : [5, 4] })), left, right, 0.9 * size, 1.5 * size);
    if (apart) pen.text(right, ceiling - 8, this.measured(), { size: size - 1, anchor: "end", colour: "#50565b" });
  }
  // An axis with its grid; the axis of a difference has its zero in the middle and signs on its numbers.
  axis(pen, left, right, base, ceiling, low, high, size, parts, around = false) {
    const [step, bottom, top] = around ? [high, low, high] : Chart.ticks(low, high, parts);
    const y = (value) => base - ((base - ceiling) * (value - bottom)) / (top - bottom);
    const tiny = around && step < 1e-4, places = Math.max(0, Math.min(6, Math.ceil(-Math.log10(step) + (around ? 1 : step / 10 ** Math.floor(Math.log10(step)) === 2.5 ? 1 : 0) - 1e-9)));
    for (let tick = bottom; tick <= top + step / 2; tick += step) {
      const zero = Math.abs(tick) < step / 1e6;
      pen.line(left, y(tick), right, y(tick), zero ? "#8a9096" : "#e3e6e8");
      if (around && top <= 1e-9 && !zero) continue;
      const said = zero ? "0" : tiny ? Chart.power(Math.abs(tick)) : Math.abs(tick).toLocaleString("en-US", { minimumFractionDigits: places, maximumFractionDigits: places });
      pen.text(left - 5, y(tick) + 4, zero ? said : (tick < 0 ? "−" : around ? "+" : "") + said, { size: around ? 0.9 * size : size, anchor: "end", colour: "#50565b" });
    }
    return y;
  }
  // Names of lines stand in one row: where they are long, further to the left and, at last, smaller.
  named(pen, named, left, right, size, down = 0) {
    const wide = (label, letters) => label.split("").reduce((sum, c) => sum + (c > "⺀" ? letters : 0.56 * letters), 0);
    const whole = named.reduce((sum, { label }) => sum + 34 + wide(label, size), -12), spare = right - 4 - 34 * named.length + 12;
    const letters = whole <= right - 4 ? size : (size * spare) / (whole - 34 * named.length + 12);
    let at = Math.max(4, Math.min(left, right - whole));
    for (const { label, colour, dash } of named) {
      pen.path([[at, down + 0.9 * size], [at + 18, down + 0.9 * size]], colour, 2.4, dash || []);
      pen.text(at + 22, down + 1.25 * size, label, { size: letters, colour });
      at += 34 + wide(label, letters);
    }
  }
  // A very small number in as few letters as fit beside an axis: 4×10⁻⁵.
  static power(value) {
    const [digits, exponent] = value.toExponential(0).split("e-");
    return `${digits}×10⁻${Array.from(exponent, (one) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[one]).join("")}`;
  }
  static ticks(low, high, parts) {
    const rough = (high - low || 1) / parts, power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 2.5, 5, 10].map((k) => k * power).find((k) => k >= rough);
    return [step, Math.floor(low / step + 1e-9) * step, Math.ceil(high / step - 1e-9) * step || step];
  }
  sentence() {
    if (!this.run.week) return T("no_week_yet");
    const name = this.shown === "together" ? { f_tiers: "participation", f_orders: "board_done" }[this.family] || this.names()[0] : this.shown;
    const a = this.column(0, name).at(-1), b = this.column(1, name).at(-1), gap = b - a, percent = this.scale(name) === 100;
    const better = this.metrics[name]?.better || 0, told = (value) => `${number(value)}${percent ? "%" : ""}`;
    const verdict = better * gap > 0 ? T("better") : better * gap < 0 ? T("worse") : "";
    const amount = gap ? `${signed(gap)}${percent ? `${Words.at ? "" : " "}${T("points")}` : ""}` : "0";
    return `${this.label(name)}${Words.at ? "，" : ". "}${T("says", this.run.week, told(a), this.worlds[0], told(b), this.worlds[1], amount, verdict)}`;
  }
  save(kind) {
    const name = `linli-${this.names().join("-")}-${this.run.week}`;
    if (kind === "CSV") { saveFile(`${name}.csv`, this.run.csv(this.names(), this.worlds), "text/csv"); return; }
    const whole = (pen) => {
      pen.rect(0, 0, 720, 430, "#ffffff");
      this.strokes(pen, 720, 370, 13, true);
      [this.sentence(), ...this.about().split("\n")].forEach((said, k) => pen.text(10, 386 + 15 * k, pen.fitted(said, 700, 11), { size: 11, colour: k ? "#50565b" : COLOURS.ink }));
    };
    const pen = new SvgPen(720, 430);
    whole(pen);
    if (kind === "SVG") { saveFile(`${name}.svg`, pen.done(), "image/svg+xml"); return; }
    const canvas = el("canvas"), big = new CanvasPen(canvas, 1440, 860);
    canvas.width = 1440; canvas.height = 860;
    big.c.setTransform(2, 0, 0, 2, 0, 0);
    whole(big);
    canvas.toBlob((blob) => saveFile(`${name}.png`, blob, "image/png"));
  }
}
