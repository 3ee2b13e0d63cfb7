"use strict";
// The page that runs the model by itself: two worlds in this browser, the controls, and what is saved.
const SECONDS = 1000, GIVE_WAY = 22;  // milliseconds of living after which the picture is drawn
const clone = (value) => JSON.parse(JSON.stringify(value));

async function unpacked(text) {
  const packed = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  return new Uint8Array(await new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer());
}

// A run whose worlds live here: maps and charts look at it as at one that a server tells.
class OwnRun extends Run {
  constructor(standing, worlds, board) {
    super({ ...standing, series: [] });
    this.worlds = worlds; this.board = board; this.history = [[], []]; this.differing = []; this.ever = new Uint8Array(standing.residents);
    this.keys = worlds.map((world) => world.column("key").slice());
    this.founders = this.keys.map((keys) => keys.slice());
    this.arrived = [{}, {}];  // row -> the week in which whoever lives there moved in
    this.look();
  }
  shown(w) {
    const world = this.worlds[w], tier = world.column("tier"), age = world.column("age"), out = new Uint8Array(tier.length);
    for (let i = 0; i < out.length; i += 1) out[i] = age[i] === VACANT ? 255 : tier[i] < 0 ? 4 : tier[i];
    return out;
  }
  live() {
    this.acts = this.worlds.map((world) => { const { phases, end } = Acts.looks(world); world.live(1, phases); return end(); });
    this.worlds.forEach((world, w) => {
      this.history[w].push(this.shown(w));
      const now = world.column("key"), before = this.keys[w];
      for (let i = 0; i < now.length; i += 1) if (now[i] !== before[i]) { before[i] = now[i]; this.arrived[w][i] = world.week - 1; }
    });
    this.compare();
    this.differing.push(this.differs.reduce((sum, bits) => sum + (bits & 1), 0));
  }
  compare() {
    this.compared = this.worlds[0].week;
    const [a, b] = [0, 1].map((w) => this.history[w].at(-1) || this.shown(w)), [keys, others] = this.worlds.map((world) => world.column("key"));
    const [hours, theirs] = this.worlds.map((world) => world.column("hours"));
    for (let i = 0; i < a.length; i += 1) {
      const bits = (a[i] !== b[i] ? 1 : 0) | (keys[i] !== others[i] ? 2 : 0) | (hours[i] !== theirs[i] ? 4 : 0);
      if (bits) this.ever[i] = 8;
      this.differs[i] = bits | this.ever[i];
    }
  }
  // What the map shows, as it stands.
  look() {
    this.week = this.worlds[0].week; this.columns = [{}, {}];
    this.series = this.worlds.map((world) => world.rows);
    this.worlds.forEach((world, w) => {
      this.tiers[w] = this.shown(w);
      const flags = this.flags[w].fill(0);
      for (const [bit, name] of [[FLAG.vanguard, "vanguard"], [FLAG.pioneer, "pioneer"], [FLAG.served, "hours"]]) {
        const column = world.column(name);
        for (let i = 0; i < flags.length; i += 1) if (column[i] > 0) flags[i] |= bit;
      }
      for (const [row] of this.acts[w]?.waits || []) flags[row] |= FLAG.need;
    });
    if (this.compared !== this.week) this.compare();
  }
  column(w, name) {
    return (this.columns[w][name] ||= (() => {
      if (name === "differing") return Float64Array.from(this.differing);
      if (!this.board[name]) return linli.metricsOf(this.worlds[w], [name])[name];
      const [tally, entry] = this.board[name], at = this.worlds[w].known.tallies[tally][0] + entry;
      return Float64Array.from(this.worlds[w].rows, (row) => row[at]);
    })());
  }
  value(w, name, week = this.week - 1) { return this.column(w, name)[week]; }
}
const VACANT = 5;

const Page = {
  playing: false, chosen: -1, luck: 0, where: 1,
  async begin() {
    const { told, module, places } = JSON.parse(byId("told").textContent);
    Words.set(navigator.language.startsWith("zh") ? "zh" : "en");
    this.say(T("loading"));
    try {
      this.told = { ...JSON.parse(new TextDecoder().decode(await unpacked(told))), places };
      this.state = this.told.state;
      this.module = await WebAssembly.compile(await unpacked(module));
    } catch (error) { this.say(T("cannot", error.message), true); return; }
    this.maps = [0, 1].map((w) => new WorldMap(byId(`map${w}`), w, (row) => this.choose(row)));
    this.charts = ["f_cohesion", "f_unmet", "f_tiers", "f_orders", "f_cost", "f_any"].map((family) => new Chart(family, this.told.metrics));
    fill(byId("charts"), this.charts.map((chart) => chart.node));
    this.lesson = new Lessons(byId("tab-lesson"), () => {}, (what) => Steps.take(this, what));
    this.board = new Board(byId("flow"));
    byId("board-part").addEventListener("toggle", () => this.board.draw());
    this.controls();
    await this.found();
    this.words();
    this.tab(this.told.lesson ? "lesson" : "policies");
    requestAnimationFrame((now) => this.frame(now));
  },
  say(text, bad = false) { byId("status").hidden = !text; byId("status").textContent = text; byId("status").classList.toggle("bad", bad); },
  async place(packed) {
    const bytes = await unpacked(packed), end = bytes.indexOf(10);
    return [JSON.parse(new TextDecoder().decode(bytes.subarray(0, end))), bytes.subarray(end + 1)];
  },
  // Two worlds anew, with the luck that is chosen, up to the week at which the page begins.
  async found(listed = null) {
    const packed = this.told.places[this.luck], places = await Promise.all(packed.map((one) => this.place(one)));
    this.worlds = [0, 1].map((w) => { const [place, piece] = places[w % places.length]; return new linli.World(this.module, this.told.known, place, piece); });
    this.names = places[0][0].names;
    const grid = Array.from(this.worlds[0].column("grid")), household = Array.from(this.worlds[0].column("household"));
    this.run = new OwnRun({ residents: grid.length, grids: this.worlds[0].place.grids, grid, household, gridNames: this.told.shown.gridNames }, this.worlds, this.told.board);
    this.listed = listed || this.state.worlds.map((world) => clone(world.policies));
    this.set ||= [{}, {}];
    this.changed = false;
    Touches.given = []; this.giving = null;
    this.set.forEach((set, w) => Object.entries(set).forEach(([path, [number]]) => this.worlds[w].parameter(...path.split("."), number)));
    this.chosen = -1;
    [0, 1].forEach((w) => this.act(w));
    for (let k = 0; k < this.state.week; k += 1) this.run.live();
    this.maps.forEach((map) => map.open(this.run));
    this.say("");
    this.panels();
    this.show();
  },
  // The policies of a world as its engine takes them.
  act(w) {
    const said = this.told.known.policies;
    this.worlds[w].change(this.listed[w].map(({ name, doses }) => {
      const policy = { name, doses: {}, parts: {} };
      for (const [dose, value] of Object.entries(doses)) {
        if (["start", "stop", "ramp", "every", "active", "grids", "groups", "tiers"].includes(dose)) policy[dose] = value;
        else if (said[name].parts && dose in said[name].parts) policy.parts[dose] = value;
        else policy.doses[dose] = value;
      }
      return policy;
    }));
  },
  strength(w, name) { return this.listed[w].find((one) => one.name === name && linli.strengthIn(Math.max(this.run.week, one.doses.start || 0), one.doses) > 0); },
  // Put a policy on from the present week, or change its doses from now on; or end it.
  put(w, name, on, doses) {
    const week = this.run.week;
    const kept = this.listed[w].flatMap((one) => {
      if (one.name !== name || (one.doses.stop ?? Infinity) <= week) return [one];
      return (one.doses.start || 0) < week ? [{ name, doses: { ...one.doses, stop: week } }] : [];
    });
    this.listed[w] = on ? [...kept, { name, doses: { ...doses, start: week } }] : kept;
    try { this.act(w); this.say(""); } catch (error) { this.say(T("policy_refused", name, error.message), true); }
    this.show();
  },
  // ---- panels
  panels() {
    const { policies, parameters, shown } = this.told, fits = this.worlds[0].place.policies, own = (this.doses ||= {});
    const parts = (name) => { const { parts: of } = this.told.known.policies[name]; return of ? Object.values(of).map(([part]) => part) : [name]; };
    const here = policies.filter(({ name }) => parts(name).every((part) => fits[part])), not = policies.filter((one) => !here.includes(one));
    const choice = (id, label) => {
      const where = el("select", { id, onchange: () => { this.where = Number(where.value); this.panels(); this.marks(); } }, [0, 1].map((w) => el("option", { value: w }, `${T(w ? "second_world" : "first_world")}: ${Words.pick(shown.worlds[w])}`)));
      where.value = String(this.where);
      return el("div", { class: "row" }, el("label", { for: id }, T(label)), where);
    };
    this.cards = {};
    fill(byId("tab-policies"), el("p", { class: "hint" }, T("both_same")), choice("where", "act_in"), here.map((policy) => this.card(policy, (own[policy.name] ||= this.carried(policy.name)))),
      not.length ? el("p", { class: "hint" }, T("unfit", not.map((one) => Words.pick(one.title)).join(", "))) : null, el("p", { class: "hint" }, T("not_aimed")), el("p", { class: "hint" }, T("assumed_doses")));
    const find = el("input", { type: "search", id: "find", placeholder: T("filter"), "aria-label": T("filter"), oninput: () => Sections.find(groups, find.value) });
    const groups = Sections.of(parameters, (spec) => new Dial({ ...spec, value: this.set[this.where][spec.path]?.[1] ?? spec.value }, (value) => this.parameter(spec, value)));
    fill(byId("tab-parameters"), el("p", { class: "hint" }, T("holds_from_now")), choice("where-parameters", "in_world"), find, groups.map((group) => group.node));
  },
  carried(name) {
    const doses = { ...(this.listed[this.where].findLast((one) => one.name === name)?.doses || {}) };
    delete doses.start; delete doses.stop;
    return doses;
  },
  card(policy, doses) {
    const send = later(200, () => { if (this.strength(this.where, policy.name)) this.put(this.where, policy.name, true, doses); });
    const dial = (spec) => new Dial({ ...spec, value: doses[spec.name] ?? spec.value }, (value) => { doses[spec.name] = value; send(); }).node;
    const flip = el("input", { type: "checkbox", role: "switch", id: `on-${policy.name}`, "aria-label": Words.pick(policy.title), "data-policy": policy.name, onchange: () => this.put(this.where, policy.name, flip.checked, doses) });
    const since = el("span", { class: "since" });
    this.cards[policy.name] = { flip, since };
    const own = policy.doses.filter((one) => !one.general), general = policy.doses.filter((one) => one.general);
    return el("div", { class: "policy" }, flip, el("details", {}, el("summary", {}, el("strong", {}, Words.pick(policy.title)), since),
      Words.at && policy.sentence[0] === policy.sentence[1] ? null : el("p", { class: "sentence" }, Words.pick(policy.sentence)), own.map(dial), el("details", { class: "inner" }, el("summary", {}, T("when_whom")), general.map(dial)),
      el("p", { class: "hint" }, `${T("sources")}: ${policy.sources.join(", ")}`)));
  },
  marks() {
    for (const [name, card] of Object.entries(this.cards)) {
      const on = this.strength(this.where, name);
      card.flip.checked = Boolean(on);
      card.since.textContent = on ? this.period(on.doses) : "";
    }
    [0, 1].forEach((w) => {
      const titles = this.told.policies.filter(({ name }) => this.strength(w, name)).map((one) => Words.pick(one.title));
      fill(byId(`chips${w}`), titles.map((title) => el("span", { class: "chip" }, title)));
    });
  },
  period({ start = 0, stop = null }) { return stop !== null ? T("from_to", start, stop) : start > this.run.week ? T("from_then", start) : T("since_week", start); },
  parameter(spec, value) {
    const [section, name] = spec.path.split("."), at = spec.choices.findIndex(([choice]) => choice === value);
    this.set[this.where][spec.path] = [spec.kind === "choice" ? at : Number(value), value];
    this.worlds[this.where].parameter(section, name, this.set[this.where][spec.path][0]);
    this.changed ||= this.run.week > 0;
    this.show();
  },
  // ---- the picture
  show() {
    this.run.look();
    byId("week").textContent = String(this.run.week);
    this.maps.forEach((map) => map.draw());
    this.charts.forEach((chart) => chart.open(this.run, this.told.shown.worlds.map((both) => Words.pick(both))));
    this.board.open(this.run, this.told.shown.worlds.map((both) => Words.pick(both)));
    this.board.draw();
    this.around();
    document.body.dataset.week = String(this.run.week);
  },
  // Words beside the picture.
  around() {
    const count = this.run.differing.at(-1) || 0;
    byId("differing").textContent = count ? T("differing", count) : T("same_lives");
    const acts = this.listed[1].length || Object.keys(this.set[1]).length || this.listed[0].length || this.told.places[0].length > 1;
    const hand = Touches.given.at(-1), ever = this.run.differs.reduce((sum, bits) => sum + (bits ? 1 : 0), 0);
    byId("coach").textContent = hand && this.run.week > hand.week ? T("spreads", T(`hand_${hand.what}`, hand.week), ever) : T(!acts && !hand ? "coach_policy" : !this.run.week ? "coach_play" : count ? "coach_click" : "coach_wait");
    this.marks();
    this.story();
  },
  frame(now) {
    requestAnimationFrame((next) => this.frame(next));
    if (!this.playing) { this.owed = 0; this.then = now; return; }
    const speed = Number(byId("speed").value), begun = performance.now();
    this.owed = speed ? Math.min(8, (this.owed || 0) + ((now - this.then) * speed) / SECONDS) : Infinity;
    this.then = now;
    let lived = 0;
    while (this.owed >= 1 && performance.now() - begun < GIVE_WAY) { this.run.live(); this.owed -= 1; lived += 1; if (this.worlds[0].week % 520 === 0) { this.play(false); break; } }
    if (!lived) return;
    this.run.look();
    byId("week").textContent = String(this.run.week);
    this.maps.forEach((map) => map.draw());
    this.turns();
  },
  // While weeks go by, what stands around the maps takes turns, so that the picture keeps its pace on a weak machine.
  turns() {
    const now = performance.now();
    if (now < (this.restUntil || 0)) return;
    const at = (this.turn = ((this.turn ?? -1) + 1) % (this.charts.length + 1));
    if (at < this.charts.length) this.charts[at].open(this.run, this.told.shown.worlds.map((both) => Words.pick(both)));
    else this.around();
    const took = performance.now() - now;
    this.restUntil = now + took + Math.max(100, 6 * took);
  },
  play(on) { this.playing = on; byId("play").textContent = T(on ? "pause" : "play"); byId("play").setAttribute("aria-pressed", String(on)); if (!on) this.show(); },
  live(weeks) { this.play(false); for (let k = 0; k < weeks; k += 1) this.run.live(); this.show(); },
  // In one world only, somebody is given an hour, a step up, or a friend who is chosen on the map.
  give(w, row, what, other) {
    if (what === "friend" && other === undefined) { this.giving = { w, row }; this.play(false); this.say(T("choose_friend")); return; }
    const why = Touches.give(this.run, w, row, what, other);
    this.say(why ? T(why) : "", Boolean(why));
    this.show();
    this.choose(row);
  },
  choose(row) {
    if (this.giving) { const { w, row: whose } = this.giving; this.giving = null; this.give(w, whose, "friend", row); return; }
    this.chosen = row;
    this.maps.forEach((map, w) => { map.selected = row; map.friends = this.friends(w, row); map.draw(); });
    this.story();
  },
  friends(w, row) {
    const world = this.worlds[w], first = Number(world.column("tie_first")[row]), many = Number(world.column("degree")[row]);
    return Array.from({ length: many }, (_, k) => ({ row: Number(world.column("tie_other")[first + k]), strength: world.column("tie_strength")[first + k] }));
  },
  // Who somebody is, and how they stand, in each world.
  story() {
    const row = this.chosen, box = byId("resident");
    box.hidden = row < 0;
    if (row < 0) return;
    const { grid, gridNames } = this.run.standing, place = gridNames?.[grid[row]] ?? T("grid", grid[row] + 1);
    const lives = this.worlds.map((world, w) => el("div", { class: `life world${w}` }, el("h3", {}, el("span", { class: "swatch" }), Words.pick(this.told.shown.worlds[w])), this.told_of(world, w, row)));
    fill(box, el("h2", {}, `${this.newcomer(0, row) && this.newcomer(1, row) ? T("newcomer") : Words.pick(this.names[row])} · ${place}`), el("div", { class: "lives" }, lives), el("p", { class: "hint" }, T("invented")));
  },
  told_of(world, w, row) {
    const at = (name) => Number(world.column(name)[row]), tier = this.run.tiers[w][row];
    if (tier === 255) return [el("p", {}, T("nobody_here")), this.past(w, row)];
    const home = world.column("household"), own = home[row], size = home.reduce((sum, one, i) => sum + (one === own && this.run.tiers[w][i] !== 255 ? 1 : 0), 0);
    const friends = this.friends(w, row), hours = at("hours"), needs = at("open_needs"), waiting = needs.toString(2).replace(/0/g, "").length;
    const who = [this.newcomer(w, row) ? T("newcomer") : null, T(`age${at("age")}`), size > 1 ? T("member_of", size) : T("alone"), T(tier === 4 ? "child" : `tier${tier}`)];
    const facts = [T("friends_n", friends.length) + (Words.at ? "，" : ", ") + T("strong_n", friends.filter((one) => one.strength >= 0.5).length), hours > 0 ? T("gave_hours", hours < 0.1 ? "<0.1" : hours.toFixed(1)) : T("gave_none"), needs ? T("waits_n", waiting) : T("waits_none")];
    const gauges = [["gauge_identity", "identity"], ["gauge_efficacy", "efficacy"], ["gauge_skill", "skill"], ["gauge_fatigue", "fatigue"], ["gauge_wellbeing", "wellbeing"]];
    return [el("p", { class: "who" }, who.filter(Boolean).join(Words.at ? "，" : ", ")), el("ul", {}, facts.map((fact) => el("li", {}, fact))),
      el("p", { class: "gauges" }, gauges.map(([word, name]) => el("span", { class: "gauge" }, T(word), el("meter", { min: 0, max: 1, value: at(name), "aria-label": T(word) }), at(name).toFixed(2)))),
      tier === 4 ? null : el("p", { class: "give" }, T("give"), ["hour", "step", "friend"].map((what) => el("button", { type: "button", class: "small", "data-give": what, onclick: () => this.give(w, row, what) }, T(`give_${what}`)))),
      this.past(w, row)].filter(Boolean);
  },
  past(w, row) {
    const said = (tier) => T(tier === 255 ? "moved_out" : tier === 4 ? "child" : `tier${tier}`), lived = this.run.history[w], since = this.run.arrived[w][row] ?? 0;
    const first = lived[since]?.[row] ?? this.run.tiers[w][row], steps = [];
    for (let week = since + 1; week < lived.length; week += 1) if (lived[week][row] !== lived[week - 1][row]) steps.push(T("became", week, said(lived[week][row])));
    return el("p", {}, `${T("history")}${Words.at ? "：" : ": "}`, [this.newcomer(w, row) ? T("came_as", since, said(first)) : T("started_as", said(first)), ...steps.slice(-8)].join(Words.at ? "；" : "; "));
  },
  newcomer(w, row) { return this.run.founders[w][row] !== this.run.keys[w][row]; },
  ties() {
    this.maps.forEach((map, w) => {
      const world = this.worlds[w], [first, degree, other, strength] = ["tie_first", "degree", "tie_other", "tie_strength"].map((name) => world.column(name)), home = this.run.standing.household, pairs = [], strong = [];
      for (let i = 0; i < degree.length; i += 1) for (let k = Number(first[i]); k < Number(first[i]) + Number(degree[i]); k += 1) if (i < other[k] && strength[k] >= 0.3 && home[i] !== home[other[k]]) { pairs.push(i, other[k]); strong.push(255 * strength[k]); }
      map.ties = { pairs, strength: strong };
      map.drawUnder();
    });
  },
  // ---- what is saved
  studyText() {
    const { state, told } = this, weeks = Math.max(1, this.run.week), arms = {};
    state.worlds.forEach((world, w) => {
      const name = world.name in arms ? `${world.name} 2` : world.name, laid = { ...world.set, ...Object.fromEntries(Object.entries(this.set[w]).map(([path, [, value]]) => [path, value])) };
      const policies = this.listed[w].filter(({ doses }) => (doses.stop ?? Infinity) > (doses.start || 0)).map((one) => {
        const doses = { ...one.doses };
        if (doses.stop === null) delete doses.stop;
        return { [one.name]: doses };
      });
      arms[name] = Object.keys(laid).length ? { policies, set: laid } : policies;
    });
    const said = { title: state.title || Words.pick(told.shown.title), question: state.question || "What do these policies change, with the same people and the same luck?", community: state.community, weeks, window: Math.min(52, weeks), replicates: 20, seed: state.seed };
    if (Object.keys(state.set).length) said.set = state.set;
    const line = (value) => JSON.stringify(value).replace(/[\u007f-\u009f\u2028\u2029\ufeff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`).replace(/":/g, '": ').replace(/,"/g, ', "');
    const lines = [`# ${T("study_head", this.luck)}`, this.changed ? `# ${T("study_changed")}` : null, Touches.given.length ? `# ${T("study_touched")}` : null, ...Object.entries(said).map(([key, value]) => `${key}: ${line(value)}`), "arms:", ...Object.entries(arms).map(([name, arm]) => `  ${line(name)}: ${line(arm)}`), `outcomes: ${line(told.outcomes)}`];
    return `${lines.filter(Boolean).join("\n")}\n`;
  },
  csvText() {
    const all = [0, 1].map((w) => linli.metricsOf(this.worlds[w])), names = Object.keys(all[0]).filter((name) => name !== "week");
    const worlds = this.told.shown.worlds.map((both) => Words.pick(both)), quoted = (text) => `"${text.replace(/"/g, '""')}"`;
    const head = ["week", ...names.flatMap((name) => worlds.map((world) => `${name} (${world})`))].map(quoted).join(",");
    const rows = Array.from({ length: this.run.week }, (_, week) => [week, ...names.flatMap((name) => [0, 1].map((w) => all[w][name][week]))].map((x) => (Number.isNaN(x) ? "" : x)).join(","));
    return `${[head, ...rows].join("\n")}\n`;
  },
  // ---- controls
  controls() {
    const on = (id, act, kind = "click") => byId(id).addEventListener(kind, act);
    on("play", () => this.play(!this.playing));
    on("week1", () => this.live(1));
    on("year", () => this.live(52));
    on("reset", async () => { this.play(false); await this.found(this.restarted()); });
    on("luck", async () => { this.luck = Number(byId("luck").value); this.play(false); await this.found(this.listed); }, "change");
    on("language", () => { Words.set(Words.at ? "en" : "zh"); this.words(); });
    on("bigger", () => { const root = document.documentElement; root.dataset.size = String((Number(root.dataset.size) % 3) + 1); this.maps.forEach((map) => map.lay()); this.show(); });
    on("save-study", () => saveFile("study.yaml", this.studyText(), "text/yaml"));
    on("save-csv", () => saveFile(`weeks-${this.run.week}.csv`, this.csvText(), "text/csv"));
    on("show-ties", (e) => { if (e.target.checked) this.ties(); this.maps.forEach((map) => { map.shows.ties = e.target.checked; map.drawUnder(); map.draw(); }); }, "change");
    for (const name of ["acts", "needs", "differences"]) on(`show-${name}`, (e) => this.maps.forEach((map) => { map.shows[name] = e.target.checked; map.draw(); }), "change");
    for (const name of ["policies", "parameters", "lesson"]) on(`to-${name}`, () => this.tab(name));
    const tabs = [...document.querySelectorAll("[role=tab]")];
    for (const tab of tabs) tab.addEventListener("keydown", (e) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[e.key], there = tabs.filter((one) => !one.hidden);
      if (step) { const next = there[(there.indexOf(tab) + step + there.length) % there.length]; next.focus(); next.click(); }
    });
    document.addEventListener("keydown", (e) => {
      if (e.key === "Escape") { byId("menu").open = false; if (this.giving) { this.giving = null; this.say(""); } }
      if (e.target.matches("input, select, textarea, button, summary, canvas") || e.ctrlKey || e.metaKey || e.altKey) return;
      const id = { " ": "play", ".": "week1", 0: "reset" }[e.key];
      if (id) { e.preventDefault(); byId(id).click(); }
    });
    let width = window.innerWidth;
    window.addEventListener("resize", later(150, () => { if (window.innerWidth !== width) { width = window.innerWidth; this.maps.forEach((map) => map.lay()); this.show(); } }));
  },
  // What is on from the present week on, as from the first week that the page shows.
  restarted() { return this.listed.map((listed) => listed.filter(({ doses }) => (doses.stop ?? Infinity) > this.run.week).map(({ name, doses }) => ({ name, doses: { ...doses, start: Math.min(doses.start || 0, this.state.week) } }))); },
  tab(chosen) {
    for (const name of ["policies", "parameters", "lesson"]) {
      byId(`to-${name}`).setAttribute("aria-selected", String(name === chosen));
      byId(`to-${name}`).tabIndex = name === chosen ? 0 : -1;
      byId(`tab-${name}`).hidden = name !== chosen;
    }
  },
  words() {
    Words.set(Words.at ? "zh" : "en");
    const { shown } = this.told;
    document.title = `${Words.pick(shown.title)} · linli`;
    byId("place").textContent = Words.pick(shown.title);
    byId("question").textContent = Words.pick(shown.question);
    [0, 1].forEach((w) => { byId(`name${w}`).textContent = Words.pick(shown.worlds[w]); });
    fill(byId("legend"), legend());
    fill(byId("luck"), this.told.places.map((_, at) => el("option", { value: at }, T("luck_n", at + 1))));
    byId("luck").value = String(this.luck);
    byId("speed").lastElementChild.textContent = T("max");
    byId("ties-switch").hidden = !shown.drawTies;
    byId("to-lesson").hidden = !this.told.lesson;
    if (this.told.lesson) this.lesson.show(this.told.lesson);
    this.charts.forEach((chart) => chart.relabel());
    this.maps.forEach((map) => map.drawUnder());
    this.panels();
    this.play(false);
  },
};
window.addEventListener("DOMContentLoaded", () => Page.begin());
