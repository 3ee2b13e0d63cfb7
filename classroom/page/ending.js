"use strict";
// The end of a play, for the whole class to see: what all of it came to in weeks of waiting, and every grid that did its part.
const Ending = {
  shown: "",
  // `r`: the room as the teacher sees it, at its end; `rival`: what the shipped policy is called.
  of(r, rival) {
    const sums = [0, 1, 2].map((w) => r.grids.reduce((sum, grid) => sum + grid.weeks[w], 0)), spared = sums[0] - sums[1], theirs = sums[0] - sums[2];
    const helped = r.seats.map((seat) => [seat.name, r.grids[seat.number].weeks[0] - r.grids[seat.number].weeks[1]]).filter(([, weeks]) => weeks > 0).sort((a, b) => b[1] - a[1]);
    const whole = (weeks) => Math.abs(weeks).toLocaleString("en-US");
    const node = el("section", { class: spared > 0 ? "ending good" : "ending", id: "ending" },
      el("p", { class: "ending-line" }, T(spared > 0 ? "end_spared" : spared < 0 ? "end_longer" : "end_same", whole(spared))),
      el("p", {}, T("end_of", whole(sums[0]), whole(sums[1])), " ", T(theirs < 0 ? "end_rival_longer" : "end_rival", rival, whole(theirs))),
      helped.length ? el("p", {}, T("end_helped")) : null,
      el("ul", { class: "stars" }, helped.map(([name, weeks]) => el("li", {}, "★ ", el("bdi", {}, name), ` +${weeks}`))));
    if (spared > 0) this.celebrate(node, `${r.code} ${r.week} ${spared}`);
    return node;
  },
  own(d) {
    const spared = d.weeks[0] - d.weeks[1], node = el("section", { class: spared > 0 ? "ending good" : "ending" }, el("p", { class: "ending-line" }, T(spared > 0 ? "end_own" : spared < 0 ? "end_own_longer" : "end_own_same", Math.abs(spared))));
    if (spared > 0) this.celebrate(node, `own ${spared}`);
    return node;
  },
  // Stars and other marks of the ladder come down once; not where less motion is asked for.
  celebrate(node, which) {
    if (this.shown === which || window.matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    this.shown = which;
    const canvas = el("canvas", { class: "confetti", "aria-hidden": "true" });
    document.body.append(canvas);
    const width = window.innerWidth, height = window.innerHeight, begun = performance.now(), lasts = 6000;
    const marks = Array.from({ length: 90 }, (_, k) => ({ x: width * ((k * 0.618) % 1), delay: 0.35 * ((k * 0.37) % 1), tier: 1 + (k % 3), sway: 20 + (k % 5) * 9, r: 5 + (k % 4) * 1.5 }));
    const fall = (now) => {
      const done = (now - begun) / lasts, { c } = new CanvasPen(canvas, width, height);
      if (done >= 1) { canvas.remove(); return; }
      c.globalAlpha = done > 0.8 ? (1 - done) / 0.2 : 1;
      for (const { x, delay, tier, sway, r } of marks) {
        const t = (done - delay) / 0.6;
        if (t < 0 || t > 1) continue;
        c.beginPath(); WorldMap.mark(c, tier, x + sway * Math.sin(7 * t + x), -20 + t * (height + 40), r); c.fillStyle = COLOURS.tiers[tier]; c.fill();
      }
      requestAnimationFrame(fall);
    };
    requestAnimationFrame(fall);
  },
};

// A student's own grid on the phone: the same map with the same acts, of one grid.
class OwnGrid {
  constructor(canvas) { this.map = new WorldMap(canvas, 0, () => {}); this.map.shows.differences = false; }
  show(station, week, name) {
    const n = station.residents.length, homes = station.household.join();
    if (this.homes !== homes) {
      this.homes = homes;
      this.run = { standing: { residents: n, grids: 1, grid: new Array(n).fill(0), household: station.household, gridNames: [name] }, differs: new Uint8Array(n) };
    }
    Object.assign(this.run, { week, acts: [station.acts], tiers: [Uint8Array.from(station.residents, ([tier]) => tier)], flags: [Uint8Array.from(station.residents, ([, served, unmet]) => (served ? FLAG.served : 0) | (unmet ? FLAG.need : 0))] });
    if (this.map.run !== this.run) this.map.open(this.run);
    this.map.draw();
  }
}
