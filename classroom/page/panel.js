"use strict";
// Policies as switches and sliders, parameters with their evidence: made from what their classes say, nothing by hand.
class Dial {
  // One dose or parameter: the control that fits its kind. `changed` is called with its value.
  constructor(spec, changed) {
    this.spec = spec; this.changed = changed;
    this.value = spec.value;
    const id = `d${Dial.count += 1}`;
    const name = spec.name || spec.path;
    this.node = el("div", { class: "dial" },
      el("label", { for: id }, el("span", { class: "dial-name" }, this.title()), this.grade()),
      this.control(id, name), el("p", { class: "meaning" }, Words.at && this.title() !== spec.label[0] ? spec.name : Words.pick(spec.meaning)));
  }
  // In English the name stands above its meaning; in Chinese the meaning, where it is known, above the name.
  title() { const { label, meaning } = this.spec; return Words.at && meaning[1] !== meaning[0] ? meaning[1] : Words.pick(label); }
  grade() {
    const { grade, source, note } = this.spec;
    return grade ? el("span", { class: `grade g-${grade}`, title: [source, note].filter(Boolean).join(": ") }, T(`g_${grade}`)) : null;
  }
  say(value) { this.value = value; this.changed(value); }
  control(id, name) {
    const { kind, choices, unit } = this.spec;
    if (kind === "switch") return el("input", { id, type: "checkbox", checked: Boolean(this.value), "data-dose": name, onchange: (e) => this.say(e.target.checked) });
    if (kind === "choice") {
      const select = el("select", { id, "data-dose": name, onchange: () => this.say(select.value) }, choices.map(([value, en, zh]) => el("option", { value }, Words.pick([en, zh]))));
      select.value = String(this.value);
      return select;
    }
    if (kind === "several") {
      const chosen = new Set(this.value || []);
      return el("div", { class: "several", id, "data-dose": name }, choices.map(([value, en, zh]) => el("label", {}, el("input", {
        type: "checkbox", checked: chosen.has(value), onchange: (e) => { if (e.target.checked) chosen.add(value); else chosen.delete(value); this.say([...chosen]); },
      }), Words.pick([en, zh]))));
    }
    if (kind === "part") {
      const own = { ...(this.value || {}) }, parts = el("div", { class: "part", hidden: this.value === null }, this.spec.doses.map((spec) => new Dial({ ...spec, value: own[spec.name] ?? spec.value }, (value) => { own[spec.name] = value; this.say({ ...own }); }).node));
      return el("div", {}, el("input", { id, type: "checkbox", checked: this.value !== null, "data-dose": name, onchange: (e) => { parts.hidden = !e.target.checked; this.say(e.target.checked ? { ...own } : null); } }), parts);
    }
    if (kind === "words") return el("input", { id, type: "text", value: this.value ?? "", "data-dose": name, onchange: (e) => this.say(e.target.value.trim() || null) });
    if (kind === "text") return el("input", { id, type: "text", value: JSON.stringify(this.value ?? null), "data-dose": name, onchange: (e) => { try { this.say(JSON.parse(e.target.value)); e.target.removeAttribute("aria-invalid"); } catch { e.target.setAttribute("aria-invalid", "true"); } } });
    const whole = kind !== "number";
    const [low, high] = this.reach();
    const step = whole ? 1 : Dial.step(high - low);
    const box = el("input", { id, type: "number", value: this.value ?? "", min: this.spec.low, max: this.spec.high, step: whole ? 1 : "any", placeholder: kind === "whole_or_none" ? T("none") : null, "data-dose": name,
      onchange: () => {
        const said = box.value === "" && kind === "whole_or_none" ? null : Number(box.value);
        if (said !== null && (!Number.isFinite(said) || (this.spec.low !== null && said < this.spec.low) || (this.spec.high !== null && said > this.spec.high))) { box.setAttribute("aria-invalid", "true"); return; }
        box.removeAttribute("aria-invalid");
        if (said !== null) slide.value = said;
        this.say(said);
      } });
    const slide = el("input", { type: "range", min: low, max: high, step, value: this.value ?? low, tabindex: -1, "aria-hidden": "true", oninput: () => { box.value = slide.value; box.removeAttribute("aria-invalid"); this.say(Number(slide.value)); } });
    return el("div", { class: "sliding" }, kind === "whole_or_none" ? null : slide, box, el("span", { class: "unit" }, Words.pick(unit)));
  }
  // A slider spans what is plausible; the number box takes the whole range.
  reach() {
    const { low, high } = this.spec, value = Number(this.spec.value) || 0;
    const top = high !== null && high <= 1 ? high : Math.min(high ?? Infinity, Math.max(4 * Math.abs(value), 10));
    return [low !== null && low > -1e3 && low < 0 ? Math.max(low, -top) : Math.max(0, low ?? 0), Number.isFinite(top) ? top : 10];
  }
  static step(span) { const power = 10 ** Math.floor(Math.log10(span / 100)); return [1, 2, 5, 10].map((k) => k * power).find((k) => k >= span / 100) || power; }
}
Dial.count = 0;

class Policies {
  constructor(node, ask) { this.node = node; this.ask = ask; this.doses = {}; this.world = 1; this.cards = {}; this.budget = ""; }
  show(policies, state) {
    this.policies = policies; this.state = state; this.cards = {};
    const where = el("select", { id: "where", onchange: () => { this.world = Number(where.value); this.show(this.policies, this.state); } },
      [0, 1].map((w) => el("option", { value: w }, `${T(w ? "second_world" : "first_world")}: ${state ? Words.pick(state.shown.worlds[w]) : ""}`)));
    where.value = String(this.world);
    const budget = el("input", { id: "budget", type: "number", min: 0, value: this.budget, placeholder: "–", onchange: () => { this.budget = budget.value; this.pay(this.costs); } });
    this.purse = el("p", { class: "purse", role: "status" });
    fill(this.node, el("p", { class: "hint" }, T("both_same")),
      el("div", { class: "row" }, el("label", { for: "where" }, T("act_in")), where),
      el("div", { class: "row" }, el("label", { for: "budget" }, T("budget")), budget), this.purse,
      policies.map((policy) => this.card(policy)), el("p", { class: "hint" }, T("assumed_doses")));
    this.marks();
  }
  card(policy) {
    const doses = this.doses[policy.name] ||= {};
    const send = later(250, () => { if (this.isOn(policy.name)) this.put(policy.name, true); });
    const dial = (spec) => new Dial({ ...spec, value: doses[spec.name] ?? spec.value }, (value) => { doses[spec.name] = value; send(); }).node;
    const flip = el("input", { type: "checkbox", role: "switch", id: `on-${policy.name}`, "aria-label": Words.pick(policy.title), "data-policy": policy.name, onchange: () => this.put(policy.name, flip.checked) });
    const sentence = el("p", { class: "sentence" }, Words.pick(policy.sentence)), cost = el("span", { class: "cost" }), since = el("span", { class: "since" });
    this.cards[policy.name] = { flip, sentence, cost, since, policy };
    const own = policy.doses.filter((d) => !d.general), general = policy.doses.filter((d) => d.general && d.name !== "start" && d.name !== "stop");
    return el("details", { class: "policy" },
      el("summary", {}, el("span", { class: "flip" }, flip), el("strong", {}, Words.pick(policy.title)), since, cost),
      sentence, own.map(dial),
      el("details", { class: "inner" }, el("summary", {}, T("when_whom")), general.map(dial)),
      el("p", { class: "hint" }, `${T("sources")}: ${policy.sources.join(", ")}`));
  }
  put(name, on) { this.ask({ do: "policy", world: this.world, name, on, doses: this.doses[name] || {} }); }
  listed(name) {
    if (!this.state) return null;
    const world = this.state.worlds[this.world], said = this.state.said[this.world];
    const at = world.policies.map((p, i) => (p.name === name && said[i]?.on ? i : -1)).filter((i) => i >= 0).pop();
    return at === undefined ? null : { ...world.policies[at], sentence: said[at].sentence };
  }
  isOn(name) { return Boolean(this.listed(name)); }
  // Doses of the policies that a state brings along stand in the dials.
  carry(state) {
    this.state = state;
    for (const world of state.worlds) for (const { name, doses } of world.policies) {
      if (this.world === state.worlds.indexOf(world)) for (const [k, v] of Object.entries(doses)) if (k !== "start" && k !== "stop") (this.doses[name] ||= {})[k] = v;
    }
  }
  take(state) { this.carry(state); this.marks(); }
  marks() {
    for (const [name, card] of Object.entries(this.cards)) {
      const listed = this.listed(name);
      card.flip.checked = Boolean(listed);
      card.since.textContent = listed ? T("from_week", listed.doses.start ?? 0) : "";
      card.sentence.textContent = Words.pick(listed ? listed.sentence : card.policy.sentence);
    }
  }
  pay(costs) {
    this.costs = costs;
    if (!costs) return;
    const here = costs[this.world] || {};
    let total = 0;
    for (const [name, card] of Object.entries(this.cards)) {
      const paid = here[name];
      card.cost.textContent = paid ? T("cost_now", number(paid[0]), number(paid[1])) : "";
    }
    for (const paid of Object.values(here)) total += paid[1];
    const budget = Number(this.budget);
    const over = this.budget !== "" && total > budget;
    this.purse.textContent = T("spent", number(total)) + (this.budget === "" ? "" : over ? ` · ${T("over_budget")}` : ` · ${T("left", number(budget - total))}`);
    this.purse.classList.toggle("over", over);
  }
}

class Parameters {
  constructor(node, ask) { this.node = node; this.ask = ask; this.from = "start"; this.world = 1; this.search = ""; }
  show(sections, state) {
    this.sections = sections; this.state = state;
    if (!sections) { fill(this.node); return; }
    const from = el("select", { id: "from", onchange: () => { this.from = from.value; } }, el("option", { value: "start" }, T("from_start")), el("option", { value: "now" }, T("from_now")));
    from.value = this.from;
    const find = el("input", { type: "search", id: "find", placeholder: T("filter"), "aria-label": T("filter"), value: this.search, oninput: () => { this.search = find.value; this.filter(); } });
    this.groups = sections.map((section) => {
      const dials = section.doses.map((spec) => {
        const send = later(400, (value) => this.ask({ do: "set", from: section.born ? "start" : this.from, world: this.world, set: { [spec.path]: value } }));
        const dial = new Dial(spec, send);
        dial.words = `${spec.path} ${Words.pick(spec.label)} ${Words.pick(spec.meaning)}`.toLowerCase();
        return dial;
      });
      return { dials, node: el("details", { class: "section" }, el("summary", {}, Words.pick(section.title)), dials.map((d) => d.node)) };
    });
    fill(this.node, el("div", { class: "row" }, el("label", { for: "from" }, T("change_from")), from), find, this.groups.map((g) => g.node));
    this.filter();
  }
  filter() {
    const words = this.search.toLowerCase().trim();
    for (const { dials, node } of this.groups) {
      let any = false;
      for (const dial of dials) { const fits = !words || dial.words.includes(words); dial.node.hidden = !fits; any ||= fits; }
      node.hidden = !any;
      if (words) node.open = any;
    }
  }
}
