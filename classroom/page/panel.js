"use strict";
// Policies as switches and sliders, parameters with their evidence: made from what their classes say, nothing by hand.
class Policies {
  constructor(node, ask) { this.node = node; this.ask = ask; this.doses = {}; this.world = 1; this.cards = {}; this.budget = ""; }
  show(policies, state) {
    this.policies = policies; this.state = state; this.cards = {};
    const where = el("select", { id: "where", onchange: () => { this.world = Number(where.value); this.show(this.policies, this.state); } },
      [0, 1].map((w) => el("option", { value: w }, `${T(w ? "second_world" : "first_world")}${S(":")}${state ? Words.pick(state.shown.worlds[w]) : ""}`)));
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
    const own = policy.doses.filter((d) => !d.general), general = policy.doses.filter((d) => d.general && !["start", "stop", "where"].includes(d.name));
    return el("div", { class: "policy" }, flip, el("details", {},
      el("summary", {}, el("strong", {}, Words.pick(policy.title)), since, cost),
      sentence, own.map(dial),
      el("details", { class: "inner" }, el("summary", {}, T("when_whom")), general.map(dial)),
      policy.sources.length ? el("p", { class: "hint" }, `${T("sources")}${S(":")}${policy.sources.join(", ")}`) : null));
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
    const send = (spec, section) => later(400, (value) => this.ask({ do: "set", from: section.born ? "start" : this.from, world: this.world, set: { [spec.path]: value } }));
    this.groups = Sections.of(sections, (spec, section) => new Dial(spec, send(spec, section)));
    fill(this.node, el("div", { class: "row" }, el("label", { for: "from" }, T("change_from")), from), find, this.groups.map((g) => g.node));
    this.filter();
  }
  filter() { Sections.find(this.groups, this.search); }
}
