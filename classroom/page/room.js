"use strict";
// The teacher's side of a class that plays: the room, its seats, the purse, and the debrief.
class Room {
  // `stage` is the large part of the page, which the whole class sees.
  constructor(node, stage, ask) { this.node = node; this.stage = stage; this.ask = ask; this.room = null; this.asked = { weeks: 104, purse: 5000, rival: "", seed: 1 }; }
  // Where students reach this classroom, and what lets them in.
  base() { return (this.room?.address || "").replace(/\/play$/, "") || location.origin; }
  code() { return this.room && this.room.phase !== "closed" ? `&code=${this.room.code}` : ""; }
  lead(what, more = {}) { this.ask({ do: `class_${what}`, ...more }); }
  show(room, policies) {
    this.room = room || this.room; this.policies = policies || this.policies;
    if (this.room) this.staged(this.room);
    if (!this.room || this.node.contains(document.activeElement) && document.activeElement.matches("input, select")) return;
    const r = this.room, button = (word, act, wide = false) => el("button", { type: "button", class: wide ? "act" : "small", "data-lead": word, onclick: act }, T(word));
    if (r.phase === "closed") { fill(this.node, this.form(button)); return; }
    const here = r.seats.filter((seat) => seat.here).length;
    fill(this.node,
      el("p", { class: "code-line" }, T("room_code"), el("strong", { class: "code", id: "room-code" }, r.code)),
      el("p", {}, `${T("join_at")} `, el("strong", { class: "address" }, r.address)),
      r.address.includes("127.0.0.1") ? el("p", { class: "hint" }, T("lan_hint")) : null,
      el("p", { role: "status" }, `${T(`phase_${r.phase}`)} · ${T("week_of", r.week, r.weeks)} · ${T("seats", r.seats.length, here)}`),
      r.phase === "lobby" ? null : el("p", { class: r.empty !== null ? "purse over" : "purse" }, T("purse", number(r.spent), number(r.budget)), r.empty !== null ? el("br") : null, r.empty !== null ? T("purse_empty", r.empty) : null),
      el("div", { class: "row" },
        r.phase === "lobby" ? button("start_play", () => this.lead("start"), true) : null,
        r.phase === "paused" ? [button("week1", () => this.lead("weeks", { weeks: 1 }), true), button("live_4", () => this.lead("weeks", { weeks: 4 }), true), button("live_13", () => this.lead("weeks", { weeks: 13 }), true), button("finish", () => this.lead("over"))] : null,
        r.phase === "running" ? button("pause", () => this.lead("pause")) : null,
        r.phase === "running" ? el("span", { class: "working", role: "status" }, T("weeks_lived", r.week)) : null,
        ["paused", "over"].includes(r.phase) ? button("restart_play", () => this.lead("restart")) : null,
        ["running", "paused", "over"].includes(r.phase) ? button(Live.watching ? "own_worlds" : "class_map", () => { Live.watch(!Live.watching); this.show(null); }) : null,
        button("room_close", () => this.lead("close"))),
      this.seats(r));
  }
  // For the last row: where to join and who is here, and at the end what it came to.
  staged(r) {
    this.stage.hidden = !(r.phase === "lobby" || r.debrief);
    if (r.phase === "lobby") {
      fill(this.stage, el("div", { class: "join-line" }, el("div", {}, T("join_at"), el("strong", { class: "join-address" }, r.address.replace(/^http:\/\//, ""))),
        el("div", {}, T("room_code"), el("strong", { class: "join-code" }, r.code)), r.address ? QR.picture(`${r.address}#code=${r.code}`, T("qr")) : null),
      el("p", {}, T("seats", r.seats.length, r.seats.filter((seat) => seat.here).length)),
      el("ul", { class: "joined" }, r.seats.map((seat) => el("li", { class: seat.here ? "" : "gone" }, el("bdi", {}, seat.name)))));
    } else if (r.debrief) fill(this.stage, Ending.of(r, this.called(r.rival)), this.debrief(r.debrief));
  }
  called(name) { return Words.pick((this.policies || []).find((one) => one.name === name)?.title || name); }
  form(button) {
    const field = (name, word, type = "number") => el("div", { class: "row" }, el("label", { for: `room-${name}` }, T(word)), el("input", { id: `room-${name}`, type, value: this.asked[name], min: 0, onchange: (e) => { this.asked[name] = Number(e.target.value); } }));
    const rival = el("select", { id: "room-rival", onchange: () => { this.asked.rival = rival.value; } }, (this.policies || []).map((p) => el("option", { value: p.name }, Words.pick(p.title))));
    rival.value = this.asked.rival ||= ["close_neighbours", "vanguard"].find((name) => (this.policies || []).some((p) => p.name === name)) || "";
    return [field("weeks", "play_weeks"), field("purse", "purse_each"), field("seed", "seed"), el("div", { class: "row" }, el("label", { for: "room-rival" }, T("compare_with")), rival),
      el("div", { class: "row" }, button("room_open", () => this.lead("open", this.asked), true))];
  }
  seats(r) {
    const small = (word, seat, act, sign) => el("button", { type: "button", class: "small", "aria-label": `${T(word)} ${seat.name}`, title: T(word), onclick: act }, sign);
    return el("table", { class: "seats" }, el("thead", {}, el("tr", {}, el("th", {}, "#"), el("th", {}, T("name")), r.grids ? [el("th", {}, T("nobody")), el("th", {}, T("the_class")), el("th", {}, T("rival"))] : null)),
      el("tbody", {}, r.seats.map((seat) => {
        const unmet = r.grids?.[seat.number]?.unmet || [];
        return el("tr", { class: seat.here ? "" : "gone" }, el("td", {}, String(seat.number + 1)),
          el("td", {}, el("bdi", {}, seat.name), " ", el("span", { class: "presence" }, T(seat.here ? "here" : "away")), seat.here || seat.again ? null : small("give_back", seat, () => this.lead("give_back", { seat: seat.number }), "↺"), small("remove", seat, () => this.lead("remove", { seat: seat.number }), "✕"),
            seat.again ? el("div", { class: "again" }, T("come_back_with"), " ", el("strong", {}, seat.again)) : null),
          r.grids ? [0, 1, 2].map((i) => el("td", { class: i === 1 && Number(number(unmet[1])) < Number(number(unmet[0])) ? "good" : "" }, unmet.length ? number(unmet[i]) : "")) : null);
      })), el("caption", {}, r.grids ? T("unmet_a_year") : ""));
  }
  debrief(told) {
    return el("section", { class: "debrief", id: "debrief" }, el("h3", {}, T("debrief")), el("p", {}, Words.pick(told.sentence)),
      el("div", { class: "told" }, el("table", {}, el("thead", {}, el("tr", {}, el("td"), [T("nobody"), T("the_class"), T("rival")].map((w) => el("th", {}, w)))),
        el("tbody", {}, told.rows.map((row) => el("tr", {}, el("th", { scope: "row" }, Words.pick(row.label), " ", el("span", { class: "unit" }, Words.pick(row.unit))), row.values.map((v, i) => el("td", { class: i && number(v) !== number(row.values[0]) && row.better * (v - row.values[0]) > 0 ? "good" : "" }, number(v))))),
          el("tr", {}, el("th", { scope: "row" }, T("f_cost"), " ", el("span", { class: "unit" }, T("yuan_in_all"))), told.costs.map((v) => el("td", {}, number(v)))))),
      el("div", {}, el("h4", {}, T("left_waiting")), el("ul", {}, told.left_waiting.map((one) => el("li", {}, `${Words.pick(one.name)}${S(":")}${waited(one.weeks)}${S(".")}${Words.pick(one.who)}`))))));
  }
}
