"use strict";
// The forest: every effect with its interval, one table an outcome. All numbers come from the program; here they are only drawn.
const Effects = {
  metric(name) { return Desk.there.metrics[name] || { label: [name, name], unit: ["", ""], better: 0 }; },
  label(name) { return Words.pick(this.metric(name).label); },
  arm(arms, name) { return arms?.[name] ? Words.pick(arms[name].label) : name; },
  // Whether a clear effect is for the better or the worse.
  good(row) { const better = this.metric(row.metric).better, way = { higher: 1, lower: -1 }[row.says] || 0; return better * way; },
  verdict(row) {
    if (row.low === null || row.high === null) return T("too_few");
    const good = this.good(row);
    return `${Words.pick(row.verdict)}${good ? ` · ${T(good > 0 ? "better" : "worse")}` : ""}`;
  },
  // A difference and its interval as the report writes them.
  numbers(row) {
    const [difference, share, low, high] = row.told;
    return [`${difference}${share ? ` (${share}%)` : ""}`, row.low === null ? "–" : T("to", low, high)];
  },
  primary(name) { return Boolean(Desk.asked?.study?.primary.includes(name)); },
  // The interval of one effect on the scale of its outcome.
  picture(row, [low, high], at) {
    const width = 240, height = 26, x = (v) => 6 + ((v - low) / (high - low || 1)) * (width - 12), y = height / 2;
    const clear = row.low !== null && (row.low > 0 || row.high < 0), colour = Plot.colour(at);
    const [difference, interval] = this.numbers(row);
    return svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "interval", role: "img", "aria-label": `${difference}, ${interval}` },
      svg("title", {}, `${difference}; ${T("interval")}: ${interval}; ${T("pairs_n", row.n)}`),
      svg("line", { x1: x(0), x2: x(0), y1: 0, y2: height, stroke: "#50565b" }),
      row.matters ? svg("rect", { x: x(-row.matters), width: Math.max(0, x(row.matters) - x(-row.matters)), y: 0, height, fill: "#50565b", opacity: 0.1 }) : null,
      row.low === null ? null : [
        row.joint_low === null ? null : svg("line", { x1: x(row.joint_low), x2: x(row.joint_high), y1: y, y2: y, stroke: colour, "stroke-width": 1.2, class: "moves" }),
        svg("line", { x1: x(row.low), x2: x(row.high), y1: y, y2: y, stroke: colour, "stroke-width": 5, class: "moves" })],
      svg("circle", { cx: x(row.effect), cy: y, r: 5, fill: clear ? colour : "#fff", stroke: colour, "stroke-width": 2, class: "moves" }));
  },
  scale(rows) {
    const ends = rows.flatMap((r) => [r.effect, r.low, r.high, r.joint_low, r.joint_high]).filter((v) => v !== null && Number.isFinite(v));
    const low = Math.min(0, ...ends), high = Math.max(0, ...ends), spare = 0.05 * (high - low || 1);
    return [low - spare, high + spare];
  },
  // While runs arrive the scale stays, so that intervals are seen to narrow; only where it became far too wide it follows.
  steady(metric, [low, high], kept) {
    const before = kept?.get(metric), now = before && before[1] - before[0] < 4 * (high - low) ? [Math.min(low, before[0]), Math.max(high, before[1])] : [low, high];
    kept?.set(metric, now);
    return now;
  },
  // One outcome: its rows, each with a name, a picture, numbers and a word.
  table(metric, rows, arms, order, named = (row) => this.arm(arms, row.arm), head = T("arm"), kept = null) {
    const about = this.metric(metric), scale = this.steady(metric, this.scale(rows), kept), way = about.better;
    const firsts = [...new Set(rows.map((row) => row.reference).filter((mean) => mean !== null))].map((mean) => Plot.said(mean)), level = firsts.length > 4 ? `${firsts[0]} … ${firsts[firsts.length - 1]}` : firsts.join(" / "); // row by row, where what varies moves it
    return el("section", { class: "outcome", "data-outcome": metric },
      el("h3", {}, this.primary(metric) ? "★ " : "", this.label(metric), " ", el("span", { class: "unit" }, [this.primary(metric) ? T("primary") : "", Words.pick(about.unit), way > 0 ? T("more_better") : way < 0 ? T("less_better") : ""].filter(Boolean).join(Words.at ? "；" : "; "))),
      firsts.length ? el("p", { class: "hint" }, T("mean_of_first", level, this.arm(arms, order[0]))) : null,
      el("div", { class: "scroll" }, el("table", { class: "forest" }, el("thead", {}, el("tr", {}, el("th", { scope: "col" }, head), el("th", { scope: "col", class: "picture" }, el("span", { class: "ends" }, way ? [el("span", {}, `← ${T(way > 0 ? "worse" : "better")}`), el("span", {}, `${T(way > 0 ? "better" : "worse")} →`)] : null)), el("th", { scope: "col" }, T("difference")), el("th", { scope: "col" }, T("interval")), el("th", { scope: "col" }, T("says")))),
        el("tbody", {}, rows.map((row) => {
          const [difference, interval] = this.numbers(row), good = this.good(row);
          return el("tr", {}, el("th", { scope: "row" }, el("bdi", {}, named(row))), el("td", { class: "picture" }, this.picture(row, scale, Math.max(1, order.indexOf(row.arm)))), el("td", { class: "num" }, difference), el("td", { class: "num" }, interval), el("td", { class: good > 0 ? "says-good" : good < 0 ? "says-bad" : "says-plain" }, this.verdict(row), row.reaches === null || row.low === null ? null : el("div", { class: "reaches" }, T(row.reaches ? "reaches" : "may_reach"))));
        })))));
  },
  forest(rows, arms, outcomes, kept = null) {
    const order = Desk.asked?.study?.order || [];
    return outcomes.map((metric) => rows.filter((row) => row.metric === metric)).filter((own) => own.length).map((own) => this.table(own[0].metric, own, arms, order, undefined, undefined, kept));
  },
  // By what varies: for each factor and arm the effect at each of its values.
  by(rows, arms, outcomes) {
    const order = Desk.asked?.study?.order || [], factors = [...new Set(rows.map((row) => row.factor))], several = order.length > 2;
    return factors.map((factor) => el("details", { class: "by", open: true }, el("summary", {}, `${T("by_what")}: `, el("bdi", {}, Varies.named(factor))),
      outcomes.map((metric) => rows.filter((row) => row.factor === factor && row.metric === metric)).filter((own) => own.length).map((own) => this.table(own[0].metric, own, arms, order, (row) => (several ? `${row.level} · ${this.arm(arms, row.arm)}` : row.level), T("level")))));
  },
};
