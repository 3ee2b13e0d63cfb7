"use strict";
// What was predicted, what came, and what the class predicted. Which answer a number means is said by the lesson's checks.
const Outcome = {
  // The mean of a metric over weeks (from 1) in one world.
  mean(run, world, name, [from, to]) {
    const values = run.column(world, name).slice(from - 1, to).filter(Number.isFinite);
    return values.length ? values.reduce((sum, v) => sum + v, 0) / values.length : 0;
  },
  // Which answer came in these two worlds: its number from 0, null for none of them; undefined as long as it cannot be told.
  of(outcome, run, worlds) {
    if (!outcome || run.week < outcome.weeks[1] || outcome.arms.some((arm, w) => worlds[w] !== arm)) return undefined;
    const two = (name) => [0, 1].map((w) => this.mean(run, w, name, outcome.weeks)), [first, second] = two(outcome.metric), beside = outcome.beside ? two(outcome.beside) : [1, 1];
    const value = { first, second, difference: second - first, ratio: second / first / (beside[1] / beside[0]) }[outcome.seen];
    const at = outcome.options.findIndex(([low, high]) => value >= low && value <= high);
    return { at: at < 0 ? null : at, means: [first, second] };
  },
  // The prediction against what came. `mine` and `came` are numbers of answers; came below 0: none of them.
  said(options, mine, came, told, repeated = true) {
    const known = mine !== null && mine !== undefined;
    return el("div", { class: "outcome", role: "status" }, known && repeated ? el("p", {}, T("predicted", options[mine] ?? "")) : null,
      el("p", {}, el("strong", {}, T("came", came < 0 ? T("came_none") : options[came]))), told ? el("p", { class: "hint" }, told) : null,
      known ? el("p", {}, T(mine === came ? "as_predicted" : "not_as_predicted")) : null);
  },
  bars(options, counts, came) {
    const most = Math.max(1, ...counts);
    return el("ul", { class: "bars" }, options.map((option, at) => el("li", { class: at === came ? "came-so" : "" }, el("span", {}, option), el("meter", { min: 0, max: most, value: counts[at], "aria-label": option }), el("strong", {}, String(counts[at])))));
  },
};

class Predictions {
  // `live` is the page: its room, its metrics, and whether it is the teacher's.
  constructor(live) { this.live = live; this.kept = Kept.read("predictions") || {}; this.came = {}; this.open = false; }
  saved() { Kept.write("predictions", this.kept); this.draw(); }
  // What stands under a lesson's prediction.
  node(name, options) { this.name = name; this.options = options; this.box = el("div", { class: "came no-print" }); this.draw(); return this.box; }
  lived(lesson, run, state) {
    const { outcome } = lesson, came = Outcome.of(outcome, run, state.worlds.map((world) => world.name));
    if (came === undefined) return;
    const told = [0, 1].map((at) => this.told(at, outcome, came.means, state)), said = JSON.stringify([came, told]);
    if (this.came[this.name]?.said !== said) { this.came[this.name] = { at: came.at ?? -1, told, said }; this.draw(); }
    const asked = this.live.room.room?.question;
    if (this.live.hello.teacher && asked?.lesson === this.name && asked.came === null && this.answered !== asked.lesson) { this.answered = asked.lesson; this.live.ask({ do: "class_came", at: came.at, told }); }
  }
  told(at, outcome, means, state) {
    const metric = this.live.hello.metrics[outcome.metric], percent = /^share/.test(metric.unit[0]);
    const value = (x) => (percent ? `${number(100 * x)}%` : `${number(x)} ${metric.unit[at]}`), [[a, b], [from, to]] = [state.shown.worlds.map((both) => both[at]), outcome.weeks];
    const label = metric.label[at][0].toUpperCase() + metric.label[at].slice(1);
    return `${T.in(at, from === to ? "came_week" : "came_in", label, from, to, value(means[0]), a, value(means[1]), b)}${at ? "" : " "}${T.in(at, "came_luck", state.seed)}`;
  }
  polled(room) { this.room = room; if (room.question?.lesson !== this.answered) this.answered = ""; this.draw(); }
  draw() {
    if (!this.box) return;
    const { live, name, options, box } = this, came = this.came[name], room = this.room || live.room.room, open = room && room.phase !== "closed", asked = open && room.question?.lesson === name ? room.question : null;
    const answered = asked ? asked.counts?.reduce((sum, n) => sum + n, 0) : 0, shown = this.open || (asked && asked.came !== null);
    fill(box, came ? Outcome.said(options, this.kept[name]?.at, came.at, Words.pick(came.told), false) : null,
      live.hello?.teacher ? el("div", { class: "class-asked" },
        asked ? [el("p", { role: "status" }, T("answered", answered, room.seats.length)), asked.came === null ? el("button", { type: "button", class: "small", onclick: () => { this.open = !this.open; this.draw(); } }, T(this.open ? "hide_answers" : "show_answers")) : null,
          shown ? [el("h4", {}, T("class_predicted")), Outcome.bars(options, asked.counts, came ? came.at : asked.came)] : null]
          : open ? el("button", { type: "button", class: "act", id: "ask-class", onclick: () => { this.open = false; live.ask({ do: "class_ask", lesson: name }); } }, T("ask_class")) : el("p", { class: "hint" }, T("ask_needs_room"))) : null);
  }
}
