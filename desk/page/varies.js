"use strict";
// What varies: doses of the arms' policies or parameters of the community; values, or a range with its distribution as a curve.
const DESIGNS = ["factorial", "one_at_a_time", "list", "latin_hypercube", "sobol", "saltelli", "morris"];
const Varies = {
  known: {}, sections: [],
  // What a path is called: the dose of a policy, a parameter, the community.
  spec(path) {
    if (path.startsWith("policies.")) {
      const [, name, dose] = path.split("."), policy = Desk.there.policies.find((one) => one.name === name), spec = policy?.doses.find((one) => one.name === dose);
      return policy && spec ? { ...spec, heading: policy.title } : null;
    }
    return this.known[path] || null;
  },
  named(path) {
    if (path === "community") return T("q_community");
    const spec = this.spec(path);
    if (!spec) return path;
    return `${Words.pick(spec.heading).replace(/[.。]$/, "")}${S(":")}${this.dose(spec)}`;
  },
  // What a dose or parameter is called by itself: in Chinese by its meaning in short.
  dose(spec) { return spec && (Words.at && spec.meaning?.[1] !== spec.meaning?.[0] ? spec.short[0] : Words.pick(spec.label)); },
  // A point as it is called: its paths in words.
  point(said) { return Object.keys(Desk.asked?.said?.varies || {}).reduce((text, path) => text.replace(`${path} = `, `${this.named(path)} = `), said); },
  async parameters(community) {
    if (this.of === community) return;
    this.of = community;
    const said = await Desk.ask("parameters", { community }, { quiet: true });
    if (!said) { this.of = null; return; }
    this.known = {};
    this.sections = said.sections;
    for (const section of said.sections) for (const dose of section.doses) this.known[dose.path] = { ...dose, heading: section.title };
    if (Desk.part === "ask") Desk.parts.ask.draw(); else Desk.draw();
  },
  section(ask) {
    this.ask = ask;
    const varies = ask.said.varies && typeof ask.said.varies === "object" ? ask.said.varies : {}, paths = Object.keys(varies);
    const community = typeof ask.said.community === "string" ? ask.said.community : "baseline";
    this.parameters(community);
    const chosen = (path) => !paths.includes(path), shape = (d) => ["number", "whole", "whole_or_none", "choice", "switch"].includes(d.kind);
    const used = Desk.there.policies.filter((policy) => JSON.stringify([ask.said.arms, ask.said.parts]).includes(`"${policy.name}"`));
    const groups = [
      { key: "community", entries: [{ path: "community", name: T("q_community"), words: `community ${T("q_community")}`.toLowerCase() }] },
      ...used.map((policy) => ({ key: `policies.${policy.name}`, title: Words.pick(policy.title), entries: policy.doses.filter((d) => shape(d) && (!d.general || ["start", "uptake", "ramp"].includes(d.name))).map((d) => this.entry(`policies.${policy.name}.${d.name}`, d, policy.title)) })),
      ...this.sections.map((section) => ({ key: section.name, title: `${section.name.startsWith("kinds.") ? `${T("services")}${S(":")}` : ""}${Words.pick(section.title).replace(/[.。]$/, "")}`, folded: true, entries: section.doses.filter(shape).map((d) => this.entry(d.path, d, section.title)) })),
    ].map((group) => ({ ...group, entries: group.entries.filter((one) => chosen(one.path)) }));
    const pick = Pick.field(groups, (path) => this.add(path, varies));
    return ask.section("varies", "q_varies", el("p", { class: "hint" }, T("varies_say")), paths.map((path) => this.factor(path, varies)), ask.asked.problems.some((one) => one.path === "varies" || one.path.startsWith("varies")) ? ask.wrong("varies") : null, pick, paths.length ? this.design(varies) : null);
  },
  // What a path is called in the list: in Chinese by its meaning, as elsewhere; found by all that is said of it, in both languages.
  entry(path, spec, title) {
    const zh = Boolean(Words.at) && spec.meaning[1] !== spec.meaning[0], name = this.dose(spec);
    return { path, name, more: zh ? spec.short[1] : spec.meaning[0].replace(/[.]$/, ""), words: [path, path.replace(/[._]/g, " "), ...spec.label, ...spec.meaning, ...title].join(" ").toLowerCase() };
  },
  add(path, varies) {
    const spec = this.spec(path), value = Number(spec?.value);
    const start = path === "community" ? [this.ask.said.community] : spec?.kind === "choice" ? spec.choices.map(([choice]) => choice) : spec?.kind === "switch" ? [false, true] : Number.isFinite(value) && value !== 0 ? [this.round(value / 2, spec), value, this.round(value * 2, spec)] : [0, 1];
    const top = spec?.high ?? Infinity, kept = path === "community" || typeof start[0] !== "number" ? start : [...new Set(start.map((v) => Math.min(v, top)))];
    this.ask.lay({ varies: { ...varies, [path]: kept } });
  },
  round(x, spec) { return spec?.kind === "whole" ? Math.max(1, Math.round(x)) : Number(x.toPrecision(3)); },
  factor(path, varies) {
    const { ask } = this, factor = varies[path], ranged = factor && typeof factor === "object" && !Array.isArray(factor), spec = this.spec(path);
    const put = (said) => ask.lay({ varies: { ...varies, [path]: said } });
    const numbers = Array.isArray(factor) && factor.every((v) => typeof v === "number");
    const choose = el("select", { "aria-label": this.named(path), "data-shape-of": path, onchange: () => {
      if (choose.value === "values") { put(ranged ? [factor.low, factor.high] : factor); return; }
      const low = Math.min(...(numbers ? factor : [factor.low ?? 0])), high = Math.max(...(numbers ? factor : [factor.high ?? 1])), middle = (low + high) / 2;
      put({ low, high, ...{ linear: {}, log: { scale: "log" }, triangle: { mode: middle }, normal: { mean: middle, sd: (high - low) / 4 } }[choose.value], ...(spec?.kind === "whole" ? { whole: true } : {}) });
    } }, el("option", { value: "values" }, T("values")), numbers || ranged ? el("optgroup", { label: T("range") }, ["linear", "log", "triangle", "normal"].map((shape) => el("option", { value: shape }, T(`d_${shape}`)))) : null);
    choose.value = !ranged ? "values" : factor.scale === "log" ? "log" : factor.mode !== undefined ? "triangle" : factor.mean !== undefined ? "normal" : "linear";
    const box = (key, word) => el("label", { class: "inline" }, `${T(word)} `, el("input", { type: "number", step: "any", class: "short", value: factor[key] ?? "", "data-range": `${path}-${key}`, onchange: (e) => { const v = Number(e.target.value); if (e.target.value !== "" && Number.isFinite(v)) put({ ...factor, [key]: v }); } }));
    const values = () => {
      const text = el("input", { type: "text", class: "values", "aria-label": T("values_say"), value: (Array.isArray(factor) ? factor : [factor]).join(", "), "data-values": path, onchange: () => put(text.value.split(/[,，、;；]/).map((v) => v.trim()).filter(Boolean).map((v) => (Number.isFinite(Number(v)) ? Number(v) : v === "true" ? true : v === "false" ? false : v))) });
      return [text, el("span", { class: "hint" }, ` ${T("values_say")}`)];
    };
    const curve = ask.asked.study?.curves?.[path];
    return el("div", { class: "factor", "data-factor": path }, el("div", { class: "arm-head" }, el("strong", {}, el("bdi", {}, this.named(path))), el("span", { class: "unit" }, spec ? Words.pick(spec.unit) : ""), spec?.grade ? el("span", { class: `grade g-${spec.grade}` }, T(`g_${spec.grade}`)) : null, el("span", { class: "push" }), el("button", { type: "button", class: "small", "aria-label": `${T("remove")}: ${this.named(path)}`, onclick: () => { const left = Object.fromEntries(Object.entries(varies).filter(([one]) => one !== path)); ask.lay(Object.keys(left).length ? { varies: left } : { varies: null, design: null }); } }, "✕")),
      spec ? el("p", { class: "meaning" }, Words.pick(spec.meaning)) : null,
      el("div", { class: "row" }, choose, ranged ? [box("low", "low"), box("high", "high"), factor.mode !== undefined ? box("mode", "mode") : null, factor.mean !== undefined ? [box("mean", "mean"), box("sd", "sd")] : null, el("label", { class: "inline" }, el("input", { type: "checkbox", checked: Boolean(factor.whole), onchange: (e) => { const { whole, ...rest } = factor; put(e.target.checked ? { ...rest, whole: true } : rest); } }), ` ${T("whole")}`)] : values()),
      curve ? el("figure", { class: "curve-box" }, Plot.curve(curve, `${T("curve_of")}: ${this.named(path)}`), el("figcaption", {}, T("curve_of"))) : null, ask.wrong(`varies.${path}`));
  },
  design(varies) {
    const { ask } = this, said = ask.said.design && typeof ask.said.design === "object" ? ask.said.design : { method: typeof ask.said.design === "string" ? ask.said.design : "factorial" };
    const sampled = DESIGNS.slice(3).includes(said.method), put = (more) => ask.lay({ design: { ...said, ...more } });
    const choose = el("select", { id: "design", onchange: () => { const many = DESIGNS.slice(3).includes(choose.value); ask.lay({ design: choose.value === "factorial" && !said.levels ? null : { method: choose.value, ...(many ? { points: said.points || (choose.value === "morris" ? 10 : 16) } : {}) } }); } }, DESIGNS.map((method) => el("option", { value: method }, T(`m_${method}`))));
    choose.value = said.method;
    const box = (key, word, low) => el("label", { class: "inline" }, `${T(word)} `, el("input", { type: "number", min: low, class: "short", value: said[key] ?? "", placeholder: key === "levels" ? 4 : "", "data-design": key, onchange: (e) => { const v = Number(e.target.value); if (e.target.value !== "" && Number.isInteger(v)) put({ [key]: v }); } }));
    const ranged = Object.values(varies).some((one) => one && !Array.isArray(one));
    return el("div", { class: "row" }, el("label", { for: "design" }, T("design")), choose, sampled ? box("points", "points", 2) : null, (ranged && said.method === "factorial") || said.method === "morris" ? box("levels", "levels", 2) : null, ask.wrong("design"));
  },
};
