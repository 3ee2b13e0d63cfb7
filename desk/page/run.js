"use strict";
// Run: start, pause, go on, stop; how far it is; and the effects of the runs so far, whose intervals narrow as pairs arrive.
// How far runs are: done, of how many, and how long the rest takes by the pace of the last looks (pairs of time and runs done).
const Progress = {
  of(done, planned, looks, more = "") {
    const left = done < planned ? this.left(planned - done, looks.slice(-40)) : null;
    return [el("progress", { max: planned, value: Math.min(done, planned), "aria-label": T("runs_of", done, planned) }), el("p", { class: "counts" }, [T("runs_of", whole(done), whole(planned)), more, left].filter(Boolean).join(" · "))];
  },
  left(many, looks) {
    const began = looks.findIndex(([, done], at) => at + 1 < looks.length && looks[at + 1][1] > done), first = looks[began], last = looks[looks.length - 1]; // what it took to get ready is no pace
    return !first || last[1] <= first[1] ? null : T("left_about", lasting((many * (last[0] - first[0])) / 1000 / (last[1] - first[1])));
  },
};
class RunPart {
  constructor(node) { this.node = node; this.said = null; this.of = ""; this.rates = []; this.scales = new Map(); }
  async begin() { await Desk.queue; Desk.show("run"); await this.act("start"); }
  async act(what) { const line = await Desk.ask(what, { name: Desk.name }); if (line) { this.said = { ...this.said, line }; this.drawn = ""; this.draw(); } await Desk.list(); await this.tick(0); }
  async tick() {
    const name = Desk.name, said = await Desk.ask("look", { name }, { quiet: true });
    if (!said || name !== Desk.name) return;
    if (this.of !== name) { this.rates = []; this.scales = new Map(); this.of = name; }
    this.said = said;
    if (Desk.parts.read.of === name) Desk.parts.read.seen(said);
    // the pace is that of this go: what was done before it, and time in which nothing ran, say nothing about it
    if (said.so_far) this.rates = [...(said.line?.state === "running" ? this.rates : []), [performance.now(), said.so_far.done]].slice(-40);
    if (Desk.part === "run") this.draw();
  }
  draw() {
    if (this.of !== Desk.name) { this.said = null; this.of = Desk.name; this.rates = []; this.scales = new Map(); fill(this.node); this.drawn = ""; this.tick(); return; }
    const { said } = this, key = JSON.stringify([said, Words.at, Desk.asked?.stamp]);
    if (this.drawn === key) return;
    this.drawn = key;
    const kept = Focus.of(this.node), opened = [...this.node.querySelectorAll("details[open]")].map((one) => one.dataset.fold);
    fill(this.node, this.top(), this.effects(), this.failed(), this.words());
    this.node.querySelectorAll("details").forEach((one) => { if (opened.includes(one.dataset.fold)) one.open = true; });
    Focus.back(this.node, kept);
  }
  top() {
    const line = this.said?.line || { state: "" }, far = this.said?.so_far, study = Desk.asked?.study, { state } = line;
    const button = (word, act, main = false) => el("button", { type: "button", class: main ? "main" : "", id: `do-${word}`, onclick: () => this.act(act) }, T(word));
    const done = far?.done || 0, planned = far?.planned || study?.runs || 0, all = planned > 0 && done >= planned;
    const words = { waiting: line.before ? T("r_waiting", Words.pick(Desk.listed.find((one) => one.name === line.before)?.title) || line.before, line.place) : T("r_next"), running: all ? T("r_drawing") : done ? T("r_running") : T("r_loading"), paused: T("r_paused"), done: T("r_done"), failed: T("r_failed"), elsewhere: T("r_elsewhere"), "": far?.reading ? T("reading_runs") : far ? (all ? T("r_done") : T("r_part")) : T("r_none") }[state];
    const buttons = { waiting: [button("stop", "stop")], running: [button("pause", "pause", true), button("stop", "stop")], paused: [button("go_on", "start", true), button("stop", "stop")], done: [button("again", "start")], failed: [button("start", "start", true)], elsewhere: [], "": [button(far && !all ? "go_on" : all ? "again" : "start", "start", !all)] }[state];
    return el("section", { class: "card" }, el("div", { class: "running" }, study || state === "running" ? buttons : [el("p", { class: "problem" }, T("mend_first")), Desk.asked?.problems.length ? Mistakes.list(Desk.parts.ask) : null], el("p", { role: "status", class: `r-${state}` }, words)),
      state === "failed" ? el("pre", { class: "problem" }, line.said.trim()) : null,
      planned ? Progress.of(done, planned, state === "running" ? this.rates : [], far?.failed ? T("failed_n", far.failed) : "") : null,
      far?.others && !done ? el("p", { class: "caveat" }, T("r_others", whole(far.others))) : null, this.precision(far));
  }
  precision(far) {
    const wanted = far?.expected;
    if (!wanted || !wanted.pairs) return null;
    return el("p", { class: "expected" }, wanted.replicates > wanted.pairs ? T("expected", whole(wanted.replicates), whole(wanted.pairs)) : T("reached"));
  }
  effects() {
    const far = this.said?.so_far, study = Desk.asked?.study;
    if (!far || !study || study.order.length < 2) return null;
    const rows = far.effects.length && study.points === 1 ? far.effects : far.over || [];
    return el("section", { class: "card", id: "live-forest" }, el("h2", {}, T("forest"), " ", el("span", { class: "chip" }, far.pairs < far.of ? T("pairs_of", far.pairs, far.of) : T("pairs_n", far.pairs))), far.done < far.planned && far.of > far.pairs ? el("p", { class: "expected" }, T("pairs_more", far.of - far.pairs)) : null, rows.length ? [el("p", { class: "hint" }, T("forest_say", Words.pick(study.arms[study.order[0]].label)), study.points > 1 ? ` ${T("over_points")}${Words.at ? "。" : "."}` : ""), Effects.forest(rows, study.arms, study.outcomes, this.scales)] : el("p", { class: "hint" }, T("first_pairs")));
  }
  failed() {
    const rows = this.said?.so_far?.failures || [];
    return rows.length ? el("section", { class: "card" }, el("h2", {}, T("failed_runs")), el("ul", {}, rows.map((row) => el("li", {}, el("strong", {}, el("bdi", {}, row.arm)), ` ${row.where ? `· ${row.where} ` : ""}· ${row.replicate}: `, el("span", { class: "problem-says" }, row.says), el("br"), T("repeat_by"), " ", el("code", {}, row.command))))) : null;
  }
  words() {
    const said = this.said?.line?.said?.trim();
    return said ? el("details", { class: "card", "data-fold": "said" }, el("summary", {}, T("what_it_said")), el("pre", { class: "said" }, said)) : null;
  }
}
