"use strict";
// Ask: the form and the text of one study. The form is made from the text; each of its changes lays one key anew.
class Ask {
  constructor(node) {
    this.node = node; this.open = new Set(); this.said = {};
    this.form = el("div", { class: "form" });
    this.side = el("div", { class: "side" });
    this.area = el("textarea", { id: "yaml", spellcheck: "false", wrap: "off", rows: 24, oninput: () => this.typed() });
    this.gutter = el("pre", { class: "gutter", "aria-hidden": "true" });
    this.area.addEventListener("scroll", () => { this.gutter.scrollTop = this.area.scrollTop; });
    this.send = later(500, () => Desk.write(this.area.value));
    this.plan = new PlanBox();
    fill(this.node, el("div", { class: "asking" }, this.form, this.side));
  }
  typed() { Draft.typed(Desk.name, this.area.value, Desk.asked?.stamp); this.lines(); this.send(); }
  show(asked, anew, from) {
    if (Saving.now > 1 && !anew) return; // what was changed meanwhile is on its way, and its answer tells of it
    const before = this.area.value;
    if (from !== "yaml" && before !== asked.text) { this.area.value = asked.text; }
    this.asked = asked;
    this.sound = asked.said && typeof asked.said === "object" && !Array.isArray(asked.said);
    if (this.sound) this.said = structuredClone(asked.said);
    if (anew) this.open = new Set(["community", "arm0-0", "arm1-0"]);
    if (Desk.part === "ask" || anew) this.draw();
    if (asked.study) this.plan.want(asked); else this.plan.none();
  }
  // One key of the study as the form says it now; null takes it away.
  lay(changes, from = null) { Object.assign(this.said, changes); Desk.change(changes, from); }
  draw() {
    if (!this.asked || !Desk.there) return;
    const kept = Focus.of(this.form);
    this.form.classList.toggle("waits", !this.sound);
    if (this.sound) fill(this.form, Mistakes.card(this), this.question(), Files.section(this), Arms.section(this), this.outcomes(), this.much(), Varies.section(this), this.away());
    else fill(this.form, el("p", { class: "problem" }, T("form_waits")));
    if (this.sound) Mistakes.mark(this);
    Focus.back(this.form, kept);
    this.sides();
  }
  sides() {
    const problems = this.asked.problems;
    if (!this.side.contains(this.area)) {
      this.below = el("div", { class: "below" });
      fill(this.side, this.plan.node, el("details", { class: "text", open: window.innerWidth > 1100 }, el("summary", {}, T("yaml")), el("p", { class: "hint", "data-t": "yaml_say" }, T("yaml_say")), el("div", { class: "editor" }, this.gutter, this.area), this.below));
      this.area.setAttribute("aria-label", T("yaml"));
      this.area.setAttribute("aria-describedby", "yaml-problems");
    }
    this.side.querySelector(".text > summary").textContent = T("yaml");
    this.side.querySelector("[data-t=yaml_say]").textContent = T("yaml_say");
    fill(this.below, el("div", { id: "yaml-problems", role: "status" }, problems.length
      ? [el("p", { class: "problem" }, T("problems", problems.length)), el("ul", { class: "problems" }, problems.map((one) => el("li", {}, el("button", { type: "button", class: "link", onclick: () => this.go(one.line, one.column) }, one.line ? T("line", one.line) : one.file), " ", el("span", { class: "problem-says" }, Words.pick(one.says).split("\n")[0]))))]
      : el("p", { class: "fine" }, T("no_problem"))));
    this.area.setAttribute("aria-invalid", String(problems.length > 0));
    this.lines();
    this.plan.draw();
  }
  lines() {
    const wrong = new Set((this.asked?.problems || []).map((one) => one.line)), many = this.area.value.split("\n").length;
    fill(this.gutter, Array.from({ length: many }, (_, i) => el("span", { class: wrong.has(i + 1) ? "wrong" : "" }, `${i + 1}\n`)));
    this.gutter.scrollTop = this.area.scrollTop;
  }
  go(line, column) {
    const lines = this.area.value.split("\n"), start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0) + Math.max(0, column - 1);
    this.side.querySelector(".text").open = true;
    this.area.focus();
    this.area.setSelectionRange(start, start + Math.max(1, (lines[line - 1] || "").length - Math.max(0, column - 1)));
    this.area.scrollTop = (line - 4) * (this.area.scrollHeight / Math.max(1, lines.length));
  }
  // What is wrong with a key of the form, beside its field.
  wrong(path) {
    const found = this.asked.problems.filter((one) => one.path === path || one.path.startsWith(`${path}.`));
    return found.length ? el("p", { class: "problem" }, found.map((one) => (one.path === path ? Mistakes.short(one) : Mistakes.says(one))).join("\n")) : null;
  }
  section(id, word, ...content) { return el("section", { class: "card", id: `q-${id}` }, el("h2", {}, T(word)), content); }
  field(key, word, attributes = {}, note = null) {
    const id = `f-${key.replace(/\./g, "-")}`, [top, ...inner] = key.split("."), value = inner.reduce((said, one) => said?.[one], this.said[top]);
    const box = el(attributes.tag || "input", { id, type: attributes.tag ? null : attributes.type || "text", ...attributes, tag: null, onchange: () => {
      let said = box.value.trim();
      if (attributes.type === "number") { said = said === "" ? null : Number(said); if (said !== null && !Number.isFinite(said)) return; }
      this.lay(inner.length ? { [top]: this.within(this.said[top], inner, said || null) } : { [top]: said === "" ? (attributes.keep ? "" : null) : said }, "form");
    } });
    box.value = value === null || value === undefined ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);
    return el("div", { class: `field ${attributes.wide ? "wide" : ""}` }, el("label", { for: id }, T(word)), box, note, this.wrong(key));
  }
  // A section with another value at a place in it; what is left empty goes.
  within(said, [first, ...more], value) { return this.without({ ...said, [first]: more.length ? this.within(said?.[first], more, value) : value }); }
  without(said) { const left = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== null && value !== "" && value !== undefined)); return Object.keys(left).length ? left : null; }
  fold(id, summary, content, attributes = {}) {
    const node = el("details", { ...attributes, open: this.open.has(id), "data-fold": id, ontoggle: () => { if (node.open) this.open.add(id); else this.open.delete(id); } }, el("summary", {}, summary), content);
    return node;
  }
  away() {
    const put = async () => { const name = Desk.name; await Desk.quiet(name); const said = await Desk.ask("delete", { name }); this.leaves = ""; if (!said) Desk.still = ""; else { Draft.forget(name); Desk.close(); await Desk.list(); Desk.say(T("deleted", said.kept)); byId("new-study").focus(); } };
    const row = el("div", { class: "row away" });
    const ask = el("button", { type: "button", class: "small", id: "delete", onclick: () => { this.leaves = Desk.name; sure(); byId("delete-no").focus(); } }, T("delete"));
    const keep = el("button", { type: "button", class: "small", id: "delete-no", onclick: () => { this.leaves = ""; fill(row, ask); ask.focus(); } }, T("delete_no"));
    const sure = () => fill(row, el("span", { role: "alert" }, T("delete_ask", Desk.called(Desk.asked, Desk.name))), el("button", { type: "button", class: "small", id: "delete-yes", onclick: put }, T("delete_yes")), keep);
    if (this.leaves === Desk.name) sure(); else row.append(ask); // a form that is made anew meanwhile still asks
    return row;
  }
  question() {
    return this.section("question", "q_question", this.field("title", "study_title", { wide: true, keep: true, maxlength: 200 }), this.field("question", "study_question", { wide: true, keep: true, maxlength: 600 }),
      this.fold("chinese", T("chinese_names"), [this.field("label.title.zh", "title_zh", { wide: true }), this.field("label.question.zh", "question_zh", { wide: true })]));
  }
  outcomes() {
    const chosen = Array.isArray(this.said.outcomes) ? this.said.outcomes : ["cohesion", "unmet_needs", "participation"], primary = Array.isArray(this.said.primary) ? this.said.primary : this.said.primary ? [this.said.primary] : [];
    const width = (key, name) => el("input", { type: "text", class: "short", "aria-label": `${T(key === "until" ? "until" : "matters")}: ${Effects.label(name)}`, value: this.said[key]?.[name] ?? "", placeholder: "5%", "data-width": `${key}-${name}`, onchange: (e) => {
      const text = e.target.value.trim(), value = text === "" ? null : /%$/.test(text) || !Number.isFinite(Number(text)) ? text : Number(text);
      this.lay({ [key]: this.without({ ...this.said[key], [name]: value }) }, "form");
    } });
    const first = [...chosen].sort((a, b) => primary.includes(b) - primary.includes(a)); // the primary ones stand first, as in results
    const rows = first.map((name) => el("tr", {}, el("td", {}, el("button", { type: "button", class: "star", "data-star": name, "aria-pressed": String(primary.includes(name)), "aria-label": `${T("primary")}: ${Effects.label(name)}`, title: T("primary"), onclick: () => { const left = primary.includes(name) ? primary.filter((one) => one !== name) : [...primary, name]; this.lay({ primary: left.length ? left : null }); } }, primary.includes(name) ? "★" : "☆")),
      el("th", { scope: "row", title: Words.pick(Effects.metric(name).meaning) }, Effects.label(name), el("span", { class: "unit" }, ` ${Words.pick(Effects.metric(name).unit)}`)), el("td", {}, width("matters", name)), this.said.until ? el("td", {}, width("until", name)) : null,
      el("td", {}, chosen.length > 1 ? el("button", { type: "button", class: "small", "aria-label": `${T("remove")}: ${Effects.label(name)}`, onclick: () => this.lay({ outcomes: chosen.filter((one) => one !== name), primary: primary.filter((one) => one !== name).length ? primary.filter((one) => one !== name) : null, until: this.without({ ...this.said.until, [name]: null }), matters: this.without({ ...this.said.matters, [name]: null }) }) }, "✕") : null)));
    const metrics = Object.entries(Desk.there.metrics).filter(([name]) => !chosen.includes(name)), option = ([name, m]) => el("option", { value: name }, `${Words.pick(m.label)}${Words.pick(m.unit) ? ` (${Words.pick(m.unit)})` : ""}`);
    const add = el("select", { id: "add-outcome", "aria-label": T("add_outcome"), onchange: () => { if (add.value) this.lay({ outcomes: [...chosen, add.value] }); } }, el("option", { value: "" }, T("add_outcome")), el("optgroup", { label: T("headline") }, metrics.filter(([, m]) => m.headline).map(option)), el("optgroup", { label: T("others") }, metrics.filter(([, m]) => !m.headline).map(option)));
    return this.section("outcomes", "q_outcomes", el("p", { class: "hint" }, T("outcomes_say")), el("div", { class: "scroll" }, el("table", { class: "chosen" }, el("thead", {}, el("tr", {}, el("th", {}, "★"), el("th", {}), el("th", {}, T("matters")), this.said.until ? el("th", {}, T("until")) : null, el("th"))), el("tbody", {}, rows))), add, this.wrong("outcomes"), this.wrong("primary"), this.wrong("until"), this.wrong("matters"));
  }
  much() {
    const precise = Boolean(this.said.until && typeof this.said.until === "object"), outcomes = Array.isArray(this.said.outcomes) ? this.said.outcomes : ["cohesion", "unmet_needs", "participation"];
    const pick = (value, word, act) => el("label", { class: "choice" }, el("input", { type: "radio", name: "much", value, checked: precise === (value === "precision"), onchange: act }), ` ${T(word)}`);
    const primary = Array.isArray(this.said.primary) && this.said.primary.length ? this.said.primary : outcomes.slice(0, 1);
    return this.section("much", "q_much",
      el("div", { class: "choices", role: "radiogroup", "aria-label": T("q_much") }, pick("number", "by_number", () => this.lay({ until: null, most: null })), pick("precision", "by_precision", () => this.lay({ until: Object.fromEntries(primary.map((name) => [name, "5%"])) }))),
      precise ? el("p", { class: "hint" }, T("precision_say")) : null,
      el("div", { class: "fields" }, this.field("replicates", precise ? "first_look" : "replicates", { type: "number", min: 1 }), precise ? this.field("most", "most", { type: "number", min: 3, placeholder: 500 }) : null, this.field("weeks", "weeks", { type: "number", min: 1 }), this.field("burn_in", "burn_in", { type: "number", min: 0, placeholder: 0 }), this.field("window", "window", { type: "number", min: 1, placeholder: 52 }), this.field("seed", "seed", { type: "number", min: 0, placeholder: 1 })));
  }
}
// Where somebody is in a form that is drawn anew: the same control again, with what stands in it.
const Focus = {
  all(node) { return [...node.querySelectorAll("input, select, textarea, button, summary")]; },
  of(node) {
    const active = document.activeElement;
    if (!node.contains(active)) return null;
    const caret = active.matches("input[type=text], input[type=search], textarea") ? [active.selectionStart, active.selectionEnd] : null;
    return { at: this.all(node).indexOf(active), id: active.id, tag: active.tagName, value: active.matches("input:not([type=checkbox], [type=radio]), textarea") ? active.value : null, caret };
  },
  back(node, kept) {
    if (!kept || kept.at < 0) return;
    const found = (kept.id && !/^d\d+$/.test(kept.id) && byId(kept.id)) || this.all(node)[kept.at];
    if (!found || found.tagName !== kept.tag) return;
    found.focus({ preventScroll: true });
    if (kept.value !== null && found.matches("input, textarea") && found.value !== kept.value) {
      // what was being typed is no change to the browser in a field that is new: so it is told when the field is left
      let told = false;
      found.value = kept.value;
      found.addEventListener("change", () => { told = true; }, { once: true });
      found.addEventListener("blur", () => { if (!told && found.isConnected) found.dispatchEvent(new Event("change")); }, { once: true });
    }
    if (kept.caret && found.setSelectionRange && found.matches("input[type=text], input[type=search], textarea")) found.setSelectionRange(...kept.caret);
  },
};
// The plan: the size at once, time and rest as soon as this machine was asked.
class PlanBox {
  constructor() { this.node = el("section", { class: "card plan", "aria-live": "polite" }); this.asked = null; this.known = null; this.busy = false; this.ask = later(1500, () => this.hear()); }
  none() { this.asked = null; this.known = null; this.draw(); }
  want(asked) { if (this.asked?.stamp !== asked.stamp || this.asked?.name !== asked.name) this.known = null; this.asked = asked; this.draw(); }
  // The size stands at once, and the time by the speed that is known; it is measured even while runs go on, and asked for until it is there.
  async hear() {
    if (this.busy) return;
    this.busy = true;
    try {
      while (this.asked && !this.known && Desk.part === "ask") {
        const asked = this.asked, beside = Desk.listed.some((one) => one.state === "running"), said = await Desk.ask("plan", { name: asked.name }, { quiet: true });
        if (said?.plan.done && this.asked?.stamp === asked.stamp && this.asked.name === asked.name) { this.known = { ...said.plan, beside }; this.draw(); return; }
        await new Promise((go) => setTimeout(go, said ? 700 : 3000));
      }
    } finally { this.busy = false; }
  }
  draw() {
    const study = this.asked?.study, plan = this.known?.answer;
    const go = el("button", { type: "button", class: "main", id: "go-run", disabled: !study, onclick: () => Desk.parts.run.begin() }, T("go_run"));
    if (!study) { const first = Desk.asked?.problems[0]; fill(this.node, el("h2", {}, T("plan")), el("p", { class: "problem" }, T("mend_first")), el("div", { class: "row" }, first ? el("button", { type: "button", id: "go-mend", onclick: () => Mistakes.go(first) }, T("go_mend")) : null, go)); return; }
    const arms = Object.keys(study.arms).length, size = T(study.points > 1 ? "size" : "size_one", arms, whole(study.points), whole(study.replicates), whole(study.runs), whole(study.weeks));
    const rest = plan?.rest ? Object.entries(plan.rest) : [], moving = rest.filter(([, week]) => week === null || week > plan.burn_in).map(([name]) => Effects.label(name));
    fill(this.node, el("h2", {}, T("plan")), el("p", { class: "size" }, size, study.until ? ` · ${T("at_most", study.most)}` : ""),
      el("p", {}, plan ? `${T("time_about", lasting(plan.seconds))}${plan.most === null ? "" : ` · ${T("time_most", lasting(plan.start + plan.most / plan.processors + plan.showing))}`} · ` : this.known ? "" : `${study.guess === null ? T("time_wait") : `${T("time_about", lasting(study.guess))}${T("bracket", T("time_guess"))}`} · `, plan && this.known.beside ? `${T("time_beside")} · ` : "", T("disk", study.megabytes < 10 ? study.megabytes : whole(study.megabytes)), plan && plan.todo && plan.todo < plan.different ? ` · ${T("todo", plan.todo)}` : ""),
      this.known && this.known.code ? el("p", { class: "problem" }, Mistakes.of(this.known).split("\n")[0]) : null,
      plan?.looked ? el("p", { class: "hint" }, moving.length ? T("rest_not", plan.burn_in, moving.join(Words.at ? "、" : ", ")) : T("rest_ok", plan.burn_in)) : null,
      [...study.caveats, ...(plan?.others ? [plan.others] : [])].map((one) => el("p", { class: "caveat" }, Words.pick(one))), go);
    if (!this.known && !this.busy) this.ask();
  }
}
