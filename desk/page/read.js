"use strict";
// Read: the answer first, then the forest, weeks, groups and price, what varies, what it depends on, and beside another study.
class ReadPart {
  constructor(node) { this.node = node; this.of = ""; this.point = 0; }
  async tick(beat) {
    if (this.busy || (this.far && !this.far.reading && this.fresh() && beat % 2)) return;
    const name = Desk.name;
    this.busy = true;
    try {
      const said = await Desk.ask("look", { name }, { quiet: true });
      if (!said || name !== Desk.name) return;
      this.seen(said);
      if (this.far?.done && said.results && this.readOf !== said.results) {
        const read = await Desk.ask("read", { name }, { quiet: true });
        if (!read || name !== Desk.name) return;
        if (read.read.done) { this.all = read.read.answer; this.refused = read.read.code ? Mistakes.of(read.read) : ""; this.readOf = read.results; }
      }
      if (Desk.part === "read") this.draw();
    } finally { this.busy = false; }
  }
  // Where the study stands: what was read before may be of other runs than are there now.
  seen(said) {
    this.far = said.so_far; this.line = said.line; this.results = said.results;
    if (Desk.part === "read") this.draw();
  }
  // Whether what was read is of the results that are there, and no run makes others.
  fresh() { return this.readOf === this.results && !this.runs(); }
  runs() { return ["running", "elsewhere"].includes(this.line?.state); }
  get whole() { return this.fresh() ? this.all : null; }
  draw() {
    if (this.of !== Desk.name) { Object.assign(this, { of: Desk.name, far: null, all: null, readOf: "", results: "", other: null, point: 0, drawn: "", refused: "", line: null }); fill(this.node); this.tick(0); return; }
    if (Desk.asked?.said?.varies) Varies.parameters(typeof Desk.asked.said.community === "string" ? Desk.asked.said.community : "baseline");
    const study = Desk.asked?.study, key = JSON.stringify([this.far, Boolean(this.whole), this.runs(), this.readOf, this.refused, Words.at, Varies.of, Object.keys(Varies.known).length, this.point, this.other, Desk.asked?.stamp, Desk.listed.length]);
    if (key === this.drawn) return;
    this.drawn = key;
    const kept = Focus.of(this.node), folded = [...this.node.querySelectorAll("details:not([open])")].map((one) => one.dataset.fold);
    if (this.far?.reading) fill(this.node, el("p", { class: "card", role: "status" }, T("reading_runs")));
    else if (!study || !this.far?.done) fill(this.node, el("p", { class: "card" }, T("not_read")));
    else fill(this.node, this.answer(study), this.effects(study), this.by(study), this.overTime(study), this.tiers(study), this.tables(), this.compare(study), this.worlds(study));
    this.node.querySelectorAll("details[data-fold]").forEach((one) => { if (folded.includes(one.dataset.fold)) one.open = false; });
    Focus.back(this.node, kept);
  }
  answer(study) {
    const { far } = this, all = far.done >= far.planned && this.whole?.brief, brief = (all || far.brief)[Words.at] || [], known = far.known[Words.at] || [], note = far.note[Words.at];
    const cannot = this.whole?.design?.[Words.at]?.cannot || study.caveats.map((one) => Words.pick(one));
    return el("section", { class: "card answer" }, el("h2", {}, T("answer")), typeof Desk.asked.said.question === "string" && Desk.asked.said.question ? el("p", { class: "asked" }, (Words.at && Desk.asked.said.label?.question?.zh) || Desk.asked.said.question) : null,
      far.done < far.planned ? el("p", { class: "caveat" }, T("so_far_note", far.done, far.planned)) : this.fresh() ? null : el("p", { class: "caveat", role: "status", id: "made-anew" }, T("made_anew")),
      el("ul", { class: "brief" }, (brief.length ? brief : known).map((one) => el("li", {}, one))), brief.length ? null : el("p", { class: "hint" }, note),
      brief.length && far.power[Words.at]?.length ? [el("ul", { class: "power" }, far.power[Words.at].map((one) => el("li", {}, one))), el("p", { class: "hint" }, far.power_note[Words.at])] : null,
      (this.whole?.first?.[Words.at] || []).map((one) => el("p", { class: "also" }, one)),
      cannot.length ? el("details", { "data-fold": "cannot", open: true }, el("summary", {}, T("cannot")), el("ul", {}, cannot.map((one) => el("li", {}, one)))) : null,
      this.whole ? el("details", { "data-fold": "arms" }, el("summary", {}, T("what_done")), el("ul", {}, this.whole.design[Words.at].arms.map(([name, says]) => el("li", {}, el("strong", {}, el("bdi", {}, name)), `: ${says}`)))) : null);
  }
  effects(study) {
    const { far } = this, rows = study.points === 1 ? far.effects : far.over || [];
    if (!rows.length) return null;
    return el("section", { class: "card" }, el("h2", {}, T("forest"), " ", el("span", { class: "chip" }, T("pairs_n", far.pairs))), el("p", { class: "hint" }, T("forest_say", Words.pick(study.arms[study.order[0]].label)), study.points > 1 ? ` ${T("over_points")}${Words.at ? "。" : ". "}${T("over_note")}` : ""), Effects.forest(rows, study.arms, study.outcomes));
  }
  by(study) {
    const { far } = this;
    if (study.points < 2 || !far.by?.length) return null;
    const several = study.order.length > 2;
    return el("section", { class: "card" }, el("h2", {}, T("by_what")), Effects.by(far.by, study.arms, study.outcomes),
      far.points?.length && far.effects.length ? el("details", { "data-fold": "each" }, el("summary", {}, T("at_point")), study.outcomes.map((metric) => far.effects.filter((row) => row.metric === metric)).filter((own) => own.length).map((own) => Effects.table(own[0].metric, own, study.arms, study.order, (row) => (several ? `${Varies.point(far.points[row.point])} · ${Effects.arm(study.arms, row.arm)}` : Varies.point(far.points[row.point])), T("point")))) : null);
  }
  overTime(study) {
    if (this.refused) return el("section", { class: "card" }, el("pre", { class: "problem" }, this.refused));
    if (!this.whole) return this.far?.done && !this.runs() ? el("p", { class: "card hint", role: "status" }, T("reading")) : null;
    const { weeks, points, acts } = this.whole, many = Math.max(...weeks.map((one) => one.point), 0) + 1;
    const choose = many > 1 ? el("div", { class: "row" }, el("label", { for: "which-point" }, T("point")), el("select", { id: "which-point", onchange: (e) => { this.point = Number(e.target.value); this.draw(); } }, points.slice(0, many).map((name, i) => el("option", { value: i, selected: i === this.point }, Varies.point(name))))) : null;
    const begins = Math.min(...Object.values(acts).flat().map(([start]) => start));
    const name = (arm) => Effects.arm(study.arms, arm), names = Plot.key(this.whole.arms.map((arm, at) => ({ name: name(arm), at })));
    const drawn = study.outcomes.map((metric) => {
      const own = weeks.filter((one) => one.metric === metric && one.point === this.point), lines = (part) => own.filter((one) => one[part]).map((one) => ({ values: one[part], at: this.whole.arms.indexOf(one.arm), name: name(one.arm) }));
      const unit = Words.pick(Effects.metric(metric).unit), star = Effects.primary(metric) ? "★ " : "", label = `${Effects.label(metric)}${unit ? ` (${unit})` : ""}`, gaps = lines("gap");
      return el("div", { class: "pair" }, Plot.weeks({ lines: lines("level"), begins: Number.isFinite(begins) ? begins : null, label, names: el("strong", {}, `${star}${Effects.label(metric)}`) }), gaps.length ? Plot.weeks({ lines: gaps, zero: true, begins: Number.isFinite(begins) ? begins : null, label: `${Effects.label(metric)}: ${T("gap_over_time", name(study.order[0]))}`, names: T("gap_over_time", name(study.order[0])) }) : null);
    });
    return el("section", { class: "card" }, el("h2", {}, T("over_time")), choose, names, drawn);
  }
  tiers(study) {
    const own = (this.whole?.weeks || []).filter((one) => one.metric.startsWith("tier_") && one.point === this.point);
    if (!own.length) return null;
    const of = (arm, tier) => own.find((one) => one.arm === arm && one.metric === `tier_${tier}`)?.level;
    const there = this.whole.arms.filter((arm) => of(arm, 1)), sums = there.flatMap((arm) => of(arm, 1).mean.map((v, i) => v + (of(arm, 2)?.mean[i] || 0) + (of(arm, 3)?.mean[i] || 0)));
    const top = 1.1 * Math.max(...sums, 0.001), shades = ["#9ecae1", "#4292c6", "#08306b"];
    return el("section", { class: "card" }, el("h2", {}, T("tiers")), el("p", { class: "keys" }, [1, 2, 3].map((tier) => el("span", { class: "key" }, svg("svg", { viewBox: "0 0 14 14", class: "patch", "aria-hidden": "true" }, svg("rect", { width: 14, height: 14, fill: shades[tier - 1] })), Effects.label(`tier_${tier}`)))),
      el("div", { class: "panels" }, there.map((arm) => { const name = Effects.arm(study.arms, arm); return el("figure", {}, el("figcaption", {}, el("bdi", {}, name)), Plot.tiers([3, 2, 1].map((tier) => of(arm, tier)?.mean || []), of(arm, 1).week, `${T("tiers")}: ${name}`, top)); })));
  }
  tables() {
    const all = this.whole?.tables?.[Words.at] || [], part = (kinds, heading) => {
      const own = all.filter((one) => kinds.includes(one.kind));
      return own.length ? el("section", { class: "card" }, el("h2", {}, T(heading)), own.map((one) => el("details", { "data-fold": `${one.kind}-${one.title}`, open: one.kind === "evaluation" && one.rows.length <= 14 }, el("summary", {}, one.title), one.text ? el("p", { class: "hint" }, one.text) : null, el("div", { class: "scroll" }, el("table", { class: "words" }, el("thead", {}, el("tr", {}, one.columns.map((c) => el("th", { scope: "col" }, c)))), el("tbody", {}, one.rows.map((row) => el("tr", {}, row.map((cell, i) => (i ? el("td", {}, cell) : el("th", { scope: "row" }, cell)))))))) ))) : null;
    };
    return [part(["evaluation", "effects"], "in_words"), part(["findings", "evidence"], "hangs_on"), this.whole ? this.robust() : null];
  }
  // What the result depends on is asked by the command of that name; how far it is, is shown like a study's runs; the answer above then says it.
  robust() {
    const name = Desk.name, mine = this.robustNow === name;
    this.robustFar = this.robustFar || el("div", { id: "robust-far" });
    if (!mine) fill(this.robustFar);
    const says = el("pre", { class: "problem", role: "alert", hidden: !this.robustSaid }, this.robustSaid || "");
    const ask = el("button", { type: "button", id: "ask-robust", disabled: mine, onclick: () => this.askRobust(name, true) }, T(mine ? "asking_robust" : "ask_robust"));
    if (!mine && this.robustSeen !== name) { this.robustSeen = name; Desk.ask("moved", { name }, { quiet: true }).then((said) => { if (said?.moved) this.askRobust(name, false); }); }
    return el("section", { class: "card" }, el("p", { class: "hint" }, T("robust_say", Desk.there.spread)), ask, this.robustFar, says);
  }
  async askRobust(name, anew) {
    if (this.robustNow) return;
    this.robustNow = name; this.robustSaid = ""; this.drawn = "";
    if (name === Desk.name && Desk.part === "read") this.draw();
    const seen = [];
    for (let first = anew; this.robustNow === name; first = false) {
      const said = await Desk.ask("take", { name, what: "robust", anew: first });
      if (!said || said.took.done) { this.robustSaid = said?.took.code ? said.took.said : ""; break; }
      const far = (await Desk.ask("moved", { name }, { quiet: true }))?.moved;
      if (far?.of) { seen.push([performance.now(), far.done]); fill(this.robustFar, Progress.of(far.done, far.of, seen)); }
      await new Promise((go) => setTimeout(go, 1000));
    }
    this.robustNow = ""; this.drawn = "";
    if (name === Desk.name && Desk.part === "read") this.draw();
  }
  compare(study) {
    const others = Desk.listed.filter((one) => one.name !== Desk.name && one.begun);
    if (!others.length) return null;
    const choose = el("select", { id: "compare", "aria-label": T("choose_study"), onchange: async () => { this.other = choose.value ? { name: choose.value } : null; if (this.other) await this.fetch(choose.value); this.draw(); } }, el("option", { value: "" }, T("choose_study")), others.map((one) => el("option", { value: one.name }, Words.pick(one.title) || one.name)));
    choose.value = this.other?.name || "";
    return el("section", { class: "card" }, el("h2", {}, T("compare_two")), choose, this.other?.rows ? this.beside(study) : null);
  }
  async fetch(name) {
    const [asked, said] = [await Desk.ask("open", { name }), await Desk.ask("look", { name })];
    if (asked && said?.so_far && this.other?.name === name) this.other = { name, asked, study: asked.study, rows: (asked.study?.points === 1 ? said.so_far.effects : said.so_far.over) || [] };
  }
  beside(study) {
    const mine = study.points === 1 ? this.far.effects : this.far.over || [], { rows, study: theirs } = this.other, common = study.outcomes.filter((metric) => rows.some((row) => row.metric === metric));
    if (!common.length || !theirs) return el("p", { class: "hint" }, T("no_common"));
    const own = Desk.called(Desk.asked, Desk.name), title = Desk.called(this.other.asked, this.other.name), named = (row) => `${row.title}: ${Effects.arm(row.arms, row.arm)}`;
    return common.map((metric) => Effects.table(metric, [...mine.filter((row) => row.metric === metric).map((row) => ({ ...row, title: own, arms: study.arms })), ...rows.filter((row) => row.metric === metric).map((row) => ({ ...row, title, arms: theirs.arms }))], study.arms, study.order, named, T("studies")));
  }
  worlds(study) {
    if (study.order.length < 2) return null;
    const choose = el("select", { id: "which-arm", "aria-label": T("arm") }, study.order.slice(1).map((arm) => el("option", { value: arm }, Words.pick(study.arms[arm].label))));
    const says = el("span", { role: "status" });
    return el("section", { class: "card" }, el("h2", {}, T("two_worlds")), el("div", { class: "row" }, choose, el("button", { type: "button", id: "open-worlds", onclick: async () => {
      says.textContent = T("opening");
      for (;;) {
        const said = await Desk.ask("worlds", { name: Desk.name, arm: choose.value });
        if (!said) { says.textContent = ""; return; }
        if (said.address) { says.replaceChildren(el("a", { href: said.address, target: "_blank", rel: "noopener noreferrer", id: "worlds-link" }, T("open_there"))); window.open(said.address, "_blank", "noopener"); return; }
        await new Promise((go) => setTimeout(go, 500));
      }
    } }, T("open_there")), says));
  }
}
