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
    for (const world of [0, 1]) this.flow(pen, world, 0, (world * box.height) / 2, box.width, box.height / 2);
  }
  // What arises leads to what becomes of it; a band's height is its number, averaged over the last four weeks.
  flow(pen, world, x0, y0, width, height) {
    const mean = (name) => { let sum = 0, n = 0; for (let w = Math.max(0, this.run.week - 4); w < this.run.week; w += 1) { sum += this.run.value(world, name, w); n += 1; } return n ? sum / n : 0; };
    const needs = Math.max(1, mean("board_needs") + mean("board_open") + mean("board_hidden"));
    const unit = (height - 70) / (1.25 * needs), column = (i) => x0 + 8 + (i * (width - 110)) / 4;
    pen.text(x0 + 8, y0 + 15, this.worlds[world], { size: 13, bold: true, colour: world ? COLOURS.second : COLOURS.first });
    const stages = [
      [["b_needs", mean("board_needs"), "#5b6670"]],
      [["b_covered", mean("board_covered"), "#9aa3ab"], ["b_placed", mean("board_placed"), "#0072B2"], ["b_hidden", mean("board_hidden"), "#c9a94a"]],
      [["b_dispatched", mean("board_dispatched"), "#0072B2"], ["b_open", mean("board_open"), "#7d6a00"]],
      [["b_accepted", mean("board_accepted"), "#007A58"], ["b_declined", mean("board_declined"), "#8B0000"]],
      [["b_done", mean("board_done"), "#007A58"], ["b_expired", mean("board_expired"), "#C44A00"], ["b_lost", mean("board_lost"), "#8B0000"]],
    ];
    stages.forEach((stage, i) => {
      let y = y0 + 28;
      for (const [word, count, colour] of stage) {
        const tall = Math.max(count > 0 ? 2 : 0.5, unit * count);
        pen.rect(column(i), y, 12, tall, colour);
        pen.text(column(i) + 16, y + 11, number(count, 2), { size: 12, bold: true, colour: COLOURS.ink });
        pen.text(column(i) + 16, y + 24, T(word), { size: 11, colour: "#3c4248" });
        y += Math.max(30, tall + 6);
      }
      if (i < 4) pen.area([[column(i + 1) - 12, y0 + 31], [column(i + 1) - 5, y0 + 35], [column(i + 1) - 12, y0 + 39]], "#8a9096");
    });
  }
}

class Stories {
  constructor(place, ask, choose) { this.place = place; this.ask = ask; this.choose = choose; this.row = -1; }
  // `worlds` are the names of the two worlds; `told` is what the server answered to a look.
  resident(told, worlds) {
    const node = this.place.resident;
    if (!told || !told.story) { fill(node, el("p", { class: "hint" }, T("click_one"))); return; }
    const { worlds: lives, luck, row } = told.story;
    const open = node.querySelector("details")?.open;
    fill(node, Words.pick(luck) ? el("p", { class: "luck" }, Words.pick(luck)) : null,
      el("div", { class: "lives" }, lives.map((life, w) => el("article", { class: `life world${w}` },
        el("h3", {}, el("span", { class: "swatch" }), `${worlds[w]} · ${Words.pick(life.name)}`),
        el("p", { class: "who" }, Words.pick(life.who)),
        el("ul", { class: "now" }, life.now.map((said) => el("li", { class: /^(CLIMBED|LAPSED)/.test(said[0]) ? "event" : "" }, Words.pick(said)))),
        life.gauges ? el("div", { class: "gauges" }, Object.entries(life.gauges).map(([name, value]) => el("span", { class: "gauge" }, T(`gauge_${name}`), el("meter", { min: 0, max: 1, value }), number(value, 2)))) : null,
        life.orders.length ? el("p", {}, el("strong", {}, `${T("orders_of")}: `), life.orders.map(Words.pick.bind(Words)).join("; ")) : null,
        el("details", { open: Boolean(open) }, el("summary", {}, `${T("before")} · ${T("ties_of")}`),
          el("ul", {}, life.past.slice(0, 14).map((event) => el("li", {}, `${T("week_short", event.week)}: ${Words.pick(event.text)}`))),
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
