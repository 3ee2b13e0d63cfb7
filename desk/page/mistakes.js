"use strict";
// Mistakes: what is wrong with a study, in the words of its form. The fields that are concerned are marked, and can be gone to.
const LABELS = { title: "study_title", question: "study_question", community: "q_community", outcomes: "q_outcomes", arms: "q_arms", parts: "q_arms", varies: "q_varies", label: "chinese_names" };
const Mistakes = {
  // What a field is called: by the labels on its way.
  label(path) {
    const { said } = Desk.parts.ask, [top, ...rest] = path.split("."), word = LABELS[top] || top, factor = this.factor(path), join = (...parts) => parts.filter(Boolean).join(" · ");
    if (factor) return join(T("q_varies"), Varies.named(factor), path.endsWith(".low") ? T("low") : path.endsWith(".high") ? T("high") : "");
    if (top === "arms" || top === "parts") { const at = this.within(path), policy = Desk.there.policies.find((one) => one.name === at.policy); return join(T("q_arms"), at.arm, policy && Words.pick(policy.title), policy && (Varies.dose(policy.doses.find((one) => one.name === at.dose)) || at.dose)); }
    if ((top === "until" || top === "matters") && rest.length) return join(T(top), Effects.label(rest.join(".")));
    if ((top === "outcomes" || top === "primary") && rest.length) return join(T(word), Effects.label(said[top]?.[rest[0]] ?? ""));
    if (top === "replicates") return T(said.until ? "first_look" : "replicates");
    return WORDS[word] ? T(word) : path;
  },
  // What varies that a path is about: also one that names the parameter alone.
  factor(path) {
    const varies = Desk.parts.ask.said?.varies || {}, bare = path.replace(/^varies\./, "");
    return typeof varies === "object" ? Object.keys(varies).find((one) => bare === one || bare.startsWith(`${one}.`)) : null;
  },
  // Arm, policy and dose of a path; the name of an arm may have points itself.
  within(path) {
    const { said } = Desk.parts.ask, arms = Array.isArray(said.arms) ? said.arms : [], found = arms.find(([name]) => path === `arms.${name}` || path.startsWith(`arms.${name}.`));
    const [at, policy, dose] = (found ? path.slice(`arms.${found[0]}`.length) : path.replace(/^\w+/, "")).replace(/^\.(policies\.)?/, "").split("."), entry = (found ? Arms.list(found[1]) : said.parts || [])[at];
    return { arm: found?.[0], policy: policy || (typeof entry === "string" ? entry : entry && Object.keys(entry)[0]), dose };
  },
  // The control of the form that a path is about, or the nearest one; null where the form has none.
  node(path) {
    const form = Desk.parts.ask.form, [top, ...rest] = path.split("."), find = (...where) => where.map((one) => one && form.querySelector(one)).find(Boolean) || null, css = (text) => CSS.escape(text), factor = this.factor(path);
    if (factor) { const last = rest[rest.length - 1]; return find(`[data-range="${css(`${factor}-${last}`)}"]`, `[data-values="${css(factor)}"]`, `[data-shape-of="${css(factor)}"]`); }
    if (top === "arms" || top === "parts") {
      const { arm, policy, dose } = this.within(path), own = arm === undefined ? "#q-arms" : `[data-arm="${css(arm)}"]`, card = policy && `${own} [data-policy="${css(policy)}"]`;
      return find(card && dose && `${card} [data-dose="${css(dose)}"]`, card && `${card} > summary`, `${own} .policy > summary`, `${own} .policy button`, `${own} .add-policy`, `${own} .arm-name`, "#add-arm");
    }
    if (top === "until" || top === "matters") return find(rest.length ? `[data-width="${css(`${top}-${rest.join(".")}`)}"]` : `[data-width^="${top}-"]`, `[name=much]`);
    if (top === "outcomes" || top === "primary") return find(`[data-star="${css(String(Desk.parts.ask.said[top]?.[rest[0]] ?? ""))}"]`, "#add-outcome");
    if (top === "design") return find(rest.length ? `[data-design="${css(rest[0])}"]` : null, "[data-design=points]", "#design", "#add-varies");
    return find(`#f-${css(path.replace(/\./g, "-"))}`, { varies: "#add-varies", label: "#f-label-title-zh" }[top]);
  },
  // The mistake in a sentence, without the name of its own field: that stands before it.
  short(one) {
    const there = { outcomes: Desk.there.metrics, primary: Desk.there.metrics, until: Desk.there.metrics, matters: Desk.there.metrics }[one.fields[0]?.split(".")[0]] || {};
    const text = (said) => said.replace(/'?\b([a-z_]+)\b'?/g, (as, name) => (there[name] ? Words.pick(there[name].label) : as)).replace(/`(\w+)`/g, (_, key) => `${Words.at ? "“" : "‘"}${this.label(key)}${Words.at ? "”" : "’"}`), [found, expected] = [Words.pick(one.found), Words.pick(one.expected)].map((said) => (/\.grids$/.test(one.path) ? said.replace(/\d+/g, (n) => Number(n) + 1) : said)); // the form counts grids from 1
    const near = one.nearest && (Desk.there.policies.find((policy) => policy.name === one.nearest)?.title || Desk.there.metrics[one.nearest]?.label);
    return [found && T("m_found", text(found)), expected && T("m_expected", text(expected)), one.nearest && T("m_nearest", near ? Words.pick(near) : one.nearest)].filter(Boolean).join(Words.at ? "；" : "; ");
  },
  says(one) { return one.fields.length ? `${this.label(one.fields[0])}${Words.at ? "：" : ": "}${this.short(one)}` : Words.pick(one.says).split("\n")[0]; },
  // What a command said that found a mistake in a file: in the language of the page, as far as it is one of a study or a community.
  of(said) { return said.problems ? said.problems.map((one) => Words.pick(one.says)).join("\n") : said.said; },
  go(one) {
    Desk.show("ask");
    const node = one.fields.map((path) => this.node(path)).find(Boolean);
    if (!node) { Desk.parts.ask.go(one.line, one.column); return; }
    for (let at = node.parentElement; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    node.scrollIntoView({ block: "center" });
    node.focus();
  },
  list(ask) { return el("ul", { class: "problems" }, ask.asked.problems.map((one, i) => el("li", {}, el("button", { type: "button", class: "link", id: `mistake-${i}`, onclick: () => this.go(one) }, this.says(one))))); },
  // Above the form, all of them; in it, the marks.
  card(ask) {
    const many = ask.asked.problems.length;
    return many ? el("section", { class: "card", id: "mistakes", role: "status" }, el("h2", { class: "problem" }, T("problems", many)), this.list(ask)) : null;
  },
  mark(ask) {
    ask.asked.problems.forEach((one, i) => one.fields.map((path) => this.node(path)).filter(Boolean).forEach((node) => {
      node.setAttribute("aria-invalid", "true");
      node.setAttribute("aria-describedby", [...new Set([...(node.getAttribute("aria-describedby") || "").split(" ").filter(Boolean), `mistake-${i}`])].join(" "));
    }));
  },
};
