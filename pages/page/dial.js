"use strict";
// One number or choice as a control with its unit, range and meaning, made from what its class says, nothing by hand.
class Dial {
  // One dose or parameter: the control that fits its kind. `changed` is called with its value, which is within its range
  // unless `spec.tells`: then what is out of range is told too, for somebody else to refuse.
  constructor(spec, changed) {
    this.spec = spec; this.changed = changed;
    this.value = spec.value;
    const id = `d${Dial.count += 1}`;
    const name = spec.name || spec.path;
    this.node = el("div", { class: "dial" },
      el("label", { for: id }, el("span", { class: "dial-name", title: spec.path || spec.name }, this.title()), this.grade()),
      this.control(id, name), el("p", { class: "meaning" }, this.grids() ? T("grids_dial") : this.chinese() ? spec.short[1] : Words.pick(spec.meaning)));
  }
  // In English the name stands above its meaning; in Chinese the meaning in short, where it is known, above what is left of it.
  chinese() { const { meaning } = this.spec; return Boolean(Words.at) && meaning[1] !== meaning[0]; }
  title() { return this.chinese() ? (this.grids() ? this.spec.short[0].replace(/（.*）$/, "") : this.spec.short[0]) : Words.pick(this.spec.label); }
  grids() { return this.spec.kind === "text" && this.spec.name === "grids"; }  // counted from 1 on a page
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
    if (this.grids()) {
      const shown = (this.value || []).map((grid) => grid + 1).join(", ");
      return el("input", { id, type: "text", value: shown, placeholder: T("all"), "data-dose": name, onchange: (e) => {
        const said = e.target.value.split(/[\s,，、]+/).filter(Boolean).map(Number), wrong = said.some((grid) => !Number.isInteger(grid) || grid < 1);
        e.target[wrong ? "setAttribute" : "removeAttribute"]("aria-invalid", "true");
        if (!wrong) this.say(said.map((grid) => grid - 1));
      } });
    }
    if (kind === "text") return el("input", { id, type: "text", value: JSON.stringify(this.value ?? null), "data-dose": name, onchange: (e) => { try { this.say(JSON.parse(e.target.value)); e.target.removeAttribute("aria-invalid"); } catch { e.target.setAttribute("aria-invalid", "true"); } } });
    const whole = kind !== "number";
    const [low, high] = this.reach();
    const step = whole ? 1 : Dial.step(high - low);
    const box = el("input", { id, type: "number", value: this.value ?? "", min: this.spec.low, max: this.spec.high, step: whole ? 1 : "any", placeholder: kind === "whole_or_none" ? T("none") : null, "data-dose": name,
      onchange: () => {
        const said = box.value === "" && kind === "whole_or_none" ? null : Number(box.value);
        if (said !== null && (!Number.isFinite(said) || (this.spec.low !== null && said < this.spec.low) || (this.spec.high !== null && said > this.spec.high))) { box.setAttribute("aria-invalid", "true"); wrong.textContent = this.wanted(); if (!this.spec.tells) return; } else { box.removeAttribute("aria-invalid"); wrong.textContent = ""; }
        if (said !== null) slide.value = said;
        this.say(said);
      } });
    const slide = el("input", { type: "range", min: low, max: high, step, value: this.value ?? low, tabindex: -1, "aria-hidden": "true", oninput: () => { box.value = slide.value; box.removeAttribute("aria-invalid"); wrong.textContent = ""; this.say(Number(slide.value)); } });
    const wrong = el("p", { class: "wrong", role: "alert" });
    return el("div", {}, el("div", { class: "sliding" }, kind === "whole_or_none" ? null : slide, box, el("span", { class: "unit" }, Words.pick(unit))), wrong);
  }
  // What a number may be, in words.
  wanted() {
    const { low, high } = this.spec, has = (x) => x !== null && x !== undefined;
    return has(low) && has(high) ? T("between", low, high) : has(low) ? T("at_least", low) : has(high) ? T("at_most", high) : T("a_number");
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

// Sections of parameters, each with its dials, and of these the ones that are looked for.
const Sections = {
  // `dial` makes the control of one parameter.
  of(sections, dial) {
    return sections.map((section) => {
      const dials = section.doses.map((spec) => Object.assign(dial(spec, section), { words: `${spec.path} ${Words.pick(spec.label)} ${Words.pick(spec.meaning)}`.toLowerCase() }));
      return { dials, node: el("details", { class: "section" }, el("summary", {}, Words.pick(section.title)), dials.map((one) => one.node)) };
    });
  },
  find(groups, said) {
    const words = said.toLowerCase().trim();
    for (const { dials, node } of groups) {
      for (const dial of dials) dial.node.hidden = !dial.words.includes(words);
      node.hidden = dials.every((dial) => dial.node.hidden);
      if (words) node.open = !node.hidden;
    }
  },
};
