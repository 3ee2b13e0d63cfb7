"use strict";
// The order board as a flow, the waiting line, one resident's life, and what happened in one world only.
class Board {
  constructor(canvas) { this.canvas = canvas; }
  open(run, worlds) { this.run = run; this.worlds = worlds; }
  draw() {
    if (!this.run) return;
    const box = this.canvas.getBoundingClientRect();
    if (box.width < 100) return;
    const pen = new CanvasPen(this.canvas, box.width, box.height);
    if (!this.run.week) return;
    const mean = (world) => (name) => { let sum = 0, n = 0; for (let w = Math.max(0, this.run.week - 4); w < this.run.week; w += 1) { sum += this.run.value(world, name, w); n += 1; } return n ? sum / n : 0; };
    const most = Math.max(1, ...[0, 1].flatMap((w) => [mean(w)("board_needs"), mean(w)("board_dispatched") + mean(w)("board_expired")]));
    for (const world of [0, 1]) this.flow(pen, world, (world * box.height) / 2, box.width, box.height / 2, (0.3 * box.height) / 2 / most, mean(world));
  }
  // What arises flows to what becomes of it: a band is as wide as its number a week (mean of four weeks, one scale for both
  // worlds); the two boxes hold what stands there now.
  flow(pen, world, y0, width, height, unit, mean) {
    const x = [8, 0.2, 0.45, 0.65, 0.84].map((part) => (part < 1 ? part * width : part)), top = y0 + 30, box = Math.max(74, 0.17 * width), bar = 9;
    const colours = { need: "#5b6670", covered: "#9aa3ab", known: "#0072B2", hidden: "#b48a1a", done: "#007A58", expired: "#C44A00", lost: "#8B0000" };
    const needs = mean("board_needs"), covered = mean("board_covered"), placed = mean("board_placed"), sent = mean("board_dispatched"), accepted = mean("board_accepted");
    const done = mean("board_done"), expired = mean("board_expired"), lost = mean("board_lost"), unseen = Math.max(0, needs - covered - placed);
    const middle = top + 44, low = y0 + height - 40;
    pen.text(x[0], y0 + 15, this.worlds[world], { size: 13, bold: true, colour: world ? COLOURS.second : COLOURS.first });
    const band = (x1, y1, x2, y2, count, colour) => {
      const w = Math.max(count > 0 ? 1 : 0, unit * count), upper = [], under = [];
      for (let k = 0; k <= 16; k += 1) { const t = k / 16, e = t * t * (3 - 2 * t); upper.push([x1 + (x2 - x1) * t, y1 + (y2 - y1) * e]); under.unshift([x1 + (x2 - x1) * t, y1 + w + (y2 - y1) * e]); }
      if (w) pen.area([...upper, ...under], `${colour}55`);
    };
    const post = (at, y, count, colour, word) => {
      pen.rect(at, y, bar, Math.max(2, unit * count), colour);
      pen.text(at + bar + 4, y + 10, number(count, 2), { size: 13, bold: true, colour: COLOURS.ink });
      pen.text(at + bar + 4, y + 22, T(word), { size: 11, colour: "#3c4248" });
    };
    const tank = (at, y, tall, stock, colour, word) => {
      pen.rect(at, y, box, tall, "#ffffff");
      pen.path([[at, y], [at + box, y], [at + box, y + tall], [at, y + tall], [at, y]], colour, 2);
      pen.text(at + 6, y + tall / 2 - 1, number(stock, 2), { size: 13, bold: true, colour: COLOURS.ink });
      pen.text(at + 6, y + tall / 2 + 12, T(word), { size: 11, colour: "#3c4248" });
    };
    band(x[0] + bar, middle, x[1], top, covered, colours.covered);
    band(x[0] + bar, middle + unit * covered, x[1], middle, placed, colours.known);
    band(x[0] + bar, middle + unit * (covered + placed), x[1], low, unseen, colours.hidden);
    const tall = Math.max(34, unit * Math.max(placed, sent + expired)), out = x[1] + box;
    const late = Math.min(middle + unit * sent + 12, low - Math.max(32, unit * expired + 4));
    band(out, middle, x[2], middle, sent, colours.known);
    band(out, middle + unit * sent, x[4], late, expired, colours.expired);
    band(x[2] + bar, middle, x[3], middle, accepted, colours.done);
    band(x[3] + bar, middle, x[4], top, done, colours.done);
    band(out, low, x[4], low, lost, colours.lost);
    post(x[0], middle, needs, colours.need, "b_needs");
    post(x[1], top, covered, colours.covered, "b_covered");
    tank(x[1], middle, tall, this.run.value(world, "board_open"), colours.known, "b_open");
    tank(x[1], Math.max(low, middle + tall + 6), 34, this.run.value(world, "board_hidden"), colours.hidden, "b_hidden");
    post(x[2], middle, sent, colours.known, "b_dispatched");
    post(x[3], middle, accepted, colours.done, "b_accepted");
    post(x[4], top, done, colours.done, "b_done");
    post(x[4], late, expired, colours.expired, "b_expired");
    post(x[4], low, lost, colours.lost, "b_lost");
  }
}

class Stories {
  constructor(place, ask, choose) { this.place = place; this.ask = ask; this.choose = choose; this.row = -1; }
  // `worlds` are the names of the two worlds; `told` is what the server answered to a look.
  resident(told, worlds) {
    const node = this.place.resident;
    if (!told || !told.story) { fill(node, el("p", { class: "hint" }, T("click_one"))); return; }
    const { worlds: lives, luck, row, rows } = told.story;
    const open = node.querySelector("details")?.open;
    fill(node, Words.pick(luck) ? el("p", { class: "luck" }, Words.pick(luck)) : null,
      el("div", { class: "lives" }, lives.map((life, w) => el("article", { class: `life world${w}` },
        el("h3", {}, el("span", { class: "swatch" }), `${worlds[w]} · ${Words.pick(life.name)}`),
        el("p", { class: "who" }, Words.pick(life.who)),
        el("ul", { class: "now" }, life.now.map((said) => el("li", { class: /^(CLIMBED|LAPSED)/.test(said[0]) ? "event" : "" }, Words.pick(said)))),
        life.gauges ? el("div", { class: "gauges" }, Object.entries(life.gauges).map(([name, value]) => el("span", { class: "gauge" }, T(`gauge_${name}`), el("meter", { min: 0, max: 1, value }), number(value, 2)))) : null,
        life.gauges && this.give ? el("p", { class: "give" }, T("give"), ["hour", "step", "friend", "move"].map((what) => el("button", { type: "button", class: "small", "data-give": what, onclick: () => this.give(w, rows[w], what) }, T(`give_${what}`)))) : null,
        life.orders.length ? el("p", {}, el("strong", {}, `${T("orders_of")}${S(":")}`), life.orders.map(Words.pick.bind(Words)).join(S(";"))) : null,
        el("details", { open: Boolean(open) }, el("summary", {}, `${T("before")} · ${T("ties_of")}`),
          el("ul", {}, life.past.slice(0, 14).map((event) => el("li", {}, `${T("week_short", event.week)}${S(":")}${Words.pick(event.text)}`))),
          el("ul", { class: "ties" }, life.ties.slice(0, 14).map((tie) => el("li", {}, el("button", { type: "button", class: "link", onclick: () => this.choose(tie.row) }, Words.pick(tie.name)),
            ` ${number(tie.strength, 2)} · ${tie.tier < 0 ? T("child") : T(`tier${tie.tier}`)}${tie.household ? ` · ${T("household")}` : tie.made >= 0 ? ` · ${T("made_in", tie.made)}` : ""}`))))))),
      el("p", { class: "hint" }, T("invented")));
    this.row = row;
  }
  waiting(told, worlds) {
    fill(this.place.waiting, told.waiting.map((list, w) => el("div", { class: `life world${w}` }, el("h3", {}, el("span", { class: "swatch" }), `${T("waiting")} · ${worlds[w]}`),
      list.length ? el("ol", {}, list.slice(0, 8).map((order) => el("li", { class: order.hidden ? "hidden-need" : "" }, el("button", { type: "button", class: "link", onclick: () => this.choose(order.row) }, Words.pick(order.name)), ` ${Words.pick(order.text)}`))) : el("p", {}, T("none_waiting")))));
  }
  headlines(told, worlds) {
    fill(this.place.only, told.headlines.length ? el("ul", { class: "headlines" }, told.headlines.map((one) => el("li", { class: `world${one.world}` }, el("span", { class: "swatch" }),
      `${T("week_short", one.week)}, “${worlds[one.world]}”: `, el("button", { type: "button", class: "link", onclick: () => this.choose(one.row) }, Words.pick(one.name)), ` ${Words.pick(one.text)}`)))
      : el("p", { class: "hint" }, T("nothing_differs")));
  }
}
