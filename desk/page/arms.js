"use strict";
// Arms: what is compared. Every policy is a card made from its class: its sentence with these doses, units, ranges, price, evidence.
const Arms = {
  section(ask) {
    this.ask = ask;
    const { said } = ask;
    if (Array.isArray(said.parts) && said.parts.length) return ask.section("arms", "q_arms", el("p", { class: "hint" }, T("parts_say")), this.policies(this.entries(said.parts), "parts", (list) => ask.lay({ parts: this.plain(list) }), null), ask.wrong("parts"), el("button", { type: "button", class: "small", onclick: () => ask.lay({ parts: null, arms: [["nothing", []], ["bundle", this.plain(this.entries(said.parts))]] }) }, T("to_arms")));
    const arms = Array.isArray(said.arms) ? said.arms : [];
    return ask.section("arms", "q_arms", el("p", { class: "hint" }, T("arms_say")), ask.asked.problems.some((one) => one.path === "arms") ? ask.wrong("arms") : null,
      arms.map(([name, arm], i) => this.arm(name, arm, i, arms)),
      el("div", { class: "row" }, el("button", { type: "button", class: "act", id: "add-arm", onclick: () => { const name = this.free(arms.map(([one]) => one)); ask.open.add(`arm${arms.length}-0`); ask.lay({ arms: [...arms, [name, []]] }); } }, `+ ${T("add_arm")}`)));
  },
  free(names) { for (let i = names.length; ; i += 1) { const name = `${T("arm")} ${i + 1}`; if (!names.includes(name)) return name; } },
  list(arm) { return Array.isArray(arm) ? arm : arm && typeof arm === "object" ? arm.policies || [] : []; },
  // Policies as pairs of name and doses, however the text says them.
  entries(list) { return (Array.isArray(list) ? list : []).flatMap((one) => (typeof one === "string" ? [[one, {}]] : one && typeof one === "object" ? Object.entries(one).map(([name, doses]) => [name, doses && typeof doses === "object" ? doses : {}]) : [])); },
  plain(list) { return list.map(([name, doses]) => (Object.keys(doses).length ? { [name]: doses } : name)); },
  arm(name, arm, i, arms) {
    const { ask } = this, put = (list) => this.keep(arms, i, name, Array.isArray(arm) || !arm ? this.plain(list) : { ...arm, policies: this.plain(list) });
    const box = el("input", { type: "text", id: `arm-${i}`, class: "arm-name", maxlength: 80, "aria-label": T("arm_name"), value: name, onchange: () => {
      const wanted = box.value.trim();
      const taken = arms.some(([one], k) => k !== i && one === wanted);
      wrong.textContent = taken ? T("arm_taken", wanted, name) : wanted ? "" : T("arm_nameless", name);
      if (wrong.textContent) { box.value = name; return; }
      const label = ask.said.label?.arms?.[name] || (/^[a-z][a-z0-9_+]*$/.test(wanted) ? { [Words.at ? "zh" : "en"]: wanted } : null), changes = { arms: this.now(arms).map(([one, said], k) => [k === i ? wanted : one, said]) };
      // a word that looks like a machine's is a name that somebody typed here: figures keep it
      if (label) changes.label = { ...ask.said.label, arms: { ...Object.fromEntries(Object.entries(ask.said.label?.arms || {}).filter(([one]) => one !== name)), [wanted]: label } };
      ask.lay(changes);
    } });
    const wrong = el("p", { class: "wrong", role: "alert" });
    const zh = el("input", { type: "text", class: "arm-zh", maxlength: 80, "aria-label": `${T("arm_name")} (${T("arm_zh")})`, placeholder: T("arm_zh"), value: ask.said.label?.arms?.[name]?.zh || "", onchange: () => ask.lay({ label: ask.within(ask.said.label, ["arms", name, "zh"], zh.value.trim() || null) }) });
    const own = arm && !Array.isArray(arm) && typeof arm === "object" && arm.set ? Object.entries(arm.set).map(([path, value]) => `${path} = ${value}`).join(", ") : "";
    return el("div", { class: "arm", "data-arm": name }, el("div", { class: "arm-head" }, Plot.key([{ name: "", at: i }]), box, zh, i === 0 ? el("span", { class: "chip" }, T("compared_with")) : null, el("span", { class: "push" }),
      i > 0 ? el("button", { type: "button", class: "small", title: T("up"), "aria-label": `${T("up")}: ${name}`, onclick: () => { const order = [...arms]; [order[i - 1], order[i]] = [order[i], order[i - 1]]; ask.lay({ arms: order }); } }, "↑") : null,
      arms.length > 1 ? el("button", { type: "button", class: "small", "aria-label": `${T("remove")}: ${name}`, title: T("remove"), onclick: () => ask.lay({ arms: arms.filter((_, k) => k !== i) }) }, "✕") : null), wrong,
      own ? el("p", { class: "hint" }, T("own_settings", own)) : null, this.policies(this.entries(this.list(arm)), `arm${i}`, put, name));
  },
  // The arms as they are by now: more may have been changed since the form was drawn.
  now(arms) { return Array.isArray(this.ask.said.arms) ? this.ask.said.arms : arms; },
  keep(arms, i, name, said) { this.ask.lay({ arms: this.now(arms).map(([one, before], k) => [one, k === i ? said : before]) }); },
  policies(list, id, put, arm) {
    const told = this.ask.asked.study?.arms?.[arm]?.says || [];
    const add = el("select", { class: "add-policy", "aria-label": T("add_policy"), id: `add-${id}`, onchange: () => { if (!add.value) return; this.ask.open.add(`${id}-${list.length}`); put([...list, [add.value, {}]]); } }, el("option", { value: "" }, T("add_policy")), Desk.there.policies.map((policy) => el("option", { value: policy.name }, Words.pick(policy.title))));
    return el("div", { class: "policies" }, list.length ? null : el("p", { class: "hint" }, T("no_policy")), list.map(([name, doses], k) => this.card(name, doses, `${id}-${k}`, told[k]?.[0] === name ? told[k].slice(1) : null, (said) => put(list.map((one, j) => (j === k ? [name, said] : one))), () => put(list.filter((_, j) => j !== k)))), add);
  },
  card(name, doses, id, told, put, drop) {
    const policy = Desk.there.policies.find((one) => one.name === name), { ask } = this;
    const away = el("button", { type: "button", class: "small", "aria-label": `${T("remove")}: ${policy ? Words.pick(policy.title) : name}`, title: T("remove"), onclick: drop }, "✕");
    if (!policy) return el("div", { class: "policy" }, el("p", { class: "problem" }, el("bdi", {}, name), " ", away));
    const own = { ...doses }, send = later(350, () => put({ ...own }));
    const dial = (spec) => new Dial({ ...spec, tells: true, value: own[spec.name] ?? (spec.name === "start" ? Number(ask.said.burn_in) || 0 : spec.value) }, (value) => { if (JSON.stringify(value) === JSON.stringify(spec.value) && spec.name !== "start") delete own[spec.name]; else own[spec.name] = value; send(); }).node;
    const range = (spec) => (spec.value === undefined || spec.value === null || typeof spec.value === "object" || typeof spec.value === "boolean" ? "" : `${T("shipped_value", typeof spec.value === "number" ? Plot.said(spec.value) : Words.pick((spec.choices || []).find(([choice]) => choice === spec.value)?.slice(1) || String(spec.value)))}${spec.low !== null && spec.high !== null && spec.low !== undefined ? ` · ${Plot.said(spec.low)}–${Plot.said(spec.high)}` : ""}`);
    const one = (spec) => { const node = dial(spec); node.append(el("p", { class: "range" }, range(spec))); node.classList.toggle("set", spec.name in own); return node; };
    return ask.fold(id, [el("strong", {}, Words.pick(policy.title)), away], [el("p", { class: "sentence" }, Words.pick(told || (ask.asked.study ? policy.sentence : ["", ""]))),
      el("div", { class: "dials" }, policy.doses.filter((d) => !d.general).map(one)),
      ask.fold(`${id}-when`, T("when_whom"), el("div", { class: "dials" }, policy.doses.filter((d) => d.general).map(one)), { class: "inner" }),
      el("p", { class: "hint" }, `${T("price_grade")}: `, el("span", { class: `grade g-${policy.cost}` }, T(`g_${policy.cost}`)), ` ${T("doses_assumed")}`), policy.cites.length ? el("div", { class: "hint" }, T("sources"), el("ul", { class: "references" }, policy.cites.map((one) => el("li", {}, Words.pick(one))))) : null], { class: "policy", "data-policy": name });
  },
};
