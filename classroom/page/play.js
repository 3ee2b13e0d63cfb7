"use strict";
// A student's page: join with the room code, run one grid's station, see what it comes to. The seat's secret stays here.
const PRICES = { staff: 25, visits: 30, seats: 60, asks: 3 };
const Play = {
  room: null, tries: 0, choice: null,
  begin() {
    Words.set(localStorage.getItem("language") || (navigator.language.startsWith("zh") ? "zh" : "en"));
    byId("language").addEventListener("click", () => { localStorage.setItem("language", Words.at ? "en" : "zh"); Words.set(Words.at ? "en" : "zh"); this.form(); this.show(); });
    byId("join").addEventListener("submit", (event) => { event.preventDefault(); Kept.write("code", byId("code").value.trim().toUpperCase()); this.connect({ code: byId("code").value, name: byId("name").value }); });
    byId("choices").addEventListener("submit", (event) => event.preventDefault());
    const code = new URLSearchParams(location.hash.slice(1)).get("code");
    if (code) byId("code").value = code;
    this.form();
    byId("leave").addEventListener("click", () => { if (confirm(T("leave_sure"))) this.socket?.send(JSON.stringify({ do: "stand_up" })); });
    const token = Kept.read("seat");
    if (token) this.connect({ token });
  },
  connect(who) {
    const socket = new WebSocket(`ws://${location.host}/class`);
    this.socket = socket;
    socket.onopen = () => socket.send(JSON.stringify({ do: "sit", ...who }));
    socket.onmessage = (event) => this.hear(JSON.parse(event.data));
    socket.onclose = (event) => {
      if (this.socket !== socket || this.ended || event.code === 4409) return;
      const token = Kept.read("seat");
      if (!token) return;
      this.status(T("lost"), true);
      this.tries += 1;
      setTimeout(() => this.connect({ token }), Math.min(8000, 300 * 2 ** this.tries) * (0.7 + 0.6 * Math.random()));
    };
  },
  hear(said) {
    if (said.error) {
      this.status(Words.pick([said.error, said.zh]), true);
      if (said.closed && said.error.includes("another window")) { this.ended = true; byId("table").hidden = true; return; }
      if (said.closed) { this.ended = true; this.choice = null; Kept.write("seat", null); byId("who").textContent = ""; byId("leave").hidden = true; byId("join").hidden = false; byId("table").hidden = true; setTimeout(() => { this.ended = false; }, 50); }
    }
    if (said.seat) { Kept.write("seat", said.seat.token); this.tries = 0; byId("leave").hidden = false; this.status(""); byId("join").hidden = true; byId("table").hidden = false; byId("explore").href = `/#code=${encodeURIComponent(Kept.read("code") || "")}`; }
    if (said.room) { this.room = said.room; if (!this.choice) { this.choice = said.room.choice; this.form(); } this.show(); }
  },
  status(said, bad = false) { const node = byId("status"); node.textContent = said; node.hidden = !said; node.classList.toggle("bad", bad); },
  send: later(200, () => { if (Play.socket?.readyState === 1) Play.socket.send(JSON.stringify({ do: "choose", choice: Play.choice })); }),
  form() {
    if (!this.choice) return;
    const set = (name, value) => { this.choice[name] = value; this.price(); this.send(); };
    const slider = (name, low, high, why) => {
      const shown = el("output", {}, String(this.choice[name]));
      return el("div", { class: "field" }, el("label", { for: `c-${name}` }, `${T(`c_${name}`)}${S(":")}`, shown),
        el("input", { type: "range", id: `c-${name}`, min: low, max: high, step: 1, value: this.choice[name], oninput: (e) => { shown.textContent = e.target.value; set(name, Number(e.target.value)); } }), el("p", { class: "meaning" }, why));
    };
    const select = (name, words) => {
      const node = el("select", { id: `c-${name}`, onchange: () => set(name, node.value) }, Object.entries(words).map(([value, word]) => el("option", { value }, T(word))));
      node.value = this.choice[name];
      return el("div", { class: "field" }, el("label", { for: `c-${name}` }, T(`c_${name}`)), node);
    };
    this.weekly = el("p", { class: "purse" });
    fill(byId("choices"), el("h2", {}, T("decide")), this.weekly,
      select("first", { station: "p_station", vulnerable: "p_vulnerable", longest: "p_longest", elders_alone: "p_elders_alone", children: "p_children" }),
      slider("offers", -3, 8, T("c_offers_why")), slider("staff", 0, 10, T("yuan_each", PRICES.staff)), slider("visits", 0, 10, T("yuan_hour", PRICES.visits)),
      slider("seats", 0, 5, T("yuan_each", PRICES.seats)), select("whom", { all: "w_all", new: "w_new", key: "w_key" }), slider("asks", 0, 20, T("yuan_each", PRICES.asks)),
      el("div", { class: "field" }, el("label", {}, el("input", { type: "checkbox", id: "c-thanks", checked: this.choice.thanks, onchange: (e) => set("thanks", e.target.checked) }), ` ${T("c_thanks")}${S("(")}${T("yuan_each", 2)}${S(")")}`)));
    this.price();
  },
  price() { const c = this.choice; this.weekly.textContent = T("cost_week", c.staff * PRICES.staff + c.visits * PRICES.visits + c.seats * PRICES.seats + c.asks * PRICES.asks); },
  show() {
    const r = this.room;
    if (!r) return;
    byId("who").textContent = `\u2068${r.name}\u2069 · ${T("your_grid", r.grid + 1)}`;
    byId("phase").textContent = r.phase === "lobby" ? `${T("wait_start")}${S(" ")}${T("your_task")}` : `${T(`phase_${r.phase}`)} · ${T("week_of", r.week, r.weeks)}`;
    byId("purse").textContent = r.phase === "lobby" ? "" : r.empty !== null ? T("purse_empty", r.empty) : T("purse", number(r.spent), number(r.budget));
    byId("purse").classList.toggle("over", r.empty !== null);
    this.poll(r.question, r.predicted);
    byId("purse").hidden = !byId("purse").textContent;
    const s = r.station;
    const fact = (word, value) => el("div", { class: "fact" }, el("strong", {}, String(value)), T(word));
    fill(byId("station"), s ? el("div", { class: "facts" }, fact("open_orders", s.open), fact("served_now", s.served), fact("gave_up", s.gave_up), fact("volunteers", s.volunteers), fact("switched_off", s.away), fact("mean_skill", s.skill), fact("mean_fatigue", s.fatigue)) : null);
    fill(byId("waiting"), s && s.waiting.length ? [el("h2", {}, T("waiting")), el("ul", {}, s.waiting.slice(0, 6).map((w) => el("li", {}, `${Words.pick(w.name)}${S(":")}${Words.pick(w.kind)}${S(",")}${waited(w.weeks)}`)))] : null);
    byId("mine").hidden = !s;
    fill(byId("legend"), s ? legend(true) : null);
    if (s) this.draw(s);
    const d = r.debrief;
    fill(byId("result"), d ? el("section", { class: "debrief" }, el("h2", {}, T("result")), el("p", {}, T("unmet_a_year")),
      el("table", {}, el("tbody", {}, ["nobody", "with_you", "rival"].map((word, i) => el("tr", {}, el("th", { scope: "row" }, T(word)), el("td", {}, number(d.unmet[i])))))),
      el("h3", {}, T("left_waiting")), el("ul", {}, d.left_waiting.map((one) => el("li", {}, `${Words.pick(one.name)}${S(":")}${waited(one.weeks)}${S(".")}${Words.pick(one.who)}`)))) : null);
    if (d) byId("result").prepend(Ending.own(d));
    byId("choices").hidden = r.phase === "over";
  },
  // A prediction that the teacher asks for, and afterwards what came.
  poll(question, predicted) {
    const said = JSON.stringify([question, predicted, Words.at]);
    if (said === this.polled) return;
    this.polled = said;
    if (!question) { fill(byId("poll")); return; }
    const over = question.came !== null;
    fill(byId("poll"), el("fieldset", { class: "poll" }, el("legend", {}, T("predict_now")), el("p", {}, Words.pick(question.text)),
      over ? null : question.options.map((option, at) => el("button", { type: "button", class: predicted === at ? "answer chosen" : "answer", "aria-pressed": String(predicted === at), onclick: () => this.socket.send(JSON.stringify({ do: "predict", at })) }, Words.pick(option))),
      over ? Outcome.said(question.options.map((option) => Words.pick(option)), predicted, question.came, Words.pick(question.told)) : predicted !== null ? el("p", { class: "predicted", role: "status" }, T("predicted_kept")) : null));
  },
  // The own grid as the teacher's map draws it.
  draw(s) { (this.own ||= new OwnGrid(byId("mine"))).show(s, this.room.week, T("your_grid", this.room.grid + 1)); },
};
window.addEventListener("DOMContentLoaded", () => Play.begin());
