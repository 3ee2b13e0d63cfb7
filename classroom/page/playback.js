"use strict";
// Homework: plays back a run that stands in the file itself. It needs no server and asks nobody for anything.
const Playback = {
  week: 0, playing: false,
  async begin() {
    this.told = JSON.parse(byId("run").textContent);
    const { standing, metrics } = this.told;
    this.run = new Run(standing);
    this.run.take((await this.unpacked(this.told.frame)).buffer);
    this.whole = this.run.series;
    this.last = this.run.week;
    this.acts = this.run.acts;
    const n = standing.residents;
    this.tiers = await Promise.all(this.told.tiers.map(async (packed) => { const bytes = await this.unpacked(packed); for (let i = n; i < bytes.length; i += 1) bytes[i] = (bytes[i] + bytes[i - n]) & 255; return bytes; }));
    this.maps = [0, 1].map((w) => new WorldMap(byId(`map${w}`), w, (row) => this.choose(row)));
    this.charts = ["f_cohesion", "f_unmet", "f_tiers", "f_orders", "f_bank", "f_cost"].map((family) => new Chart(family, metrics));
    fill(byId("charts"), this.charts.map((chart) => chart.node));
    byId("play").addEventListener("click", () => { this.playing = !this.playing; if (this.playing && this.week >= this.last) this.go(0); this.label(); });
    byId("scrub").max = this.last;
    byId("scrub").addEventListener("input", () => this.go(Number(byId("scrub").value)));
    byId("language").addEventListener("click", () => { Words.set(Words.at ? "en" : "zh"); this.label(); this.charts.forEach((c) => { c.relabel(); c.draw(); }); this.maps.forEach((m) => m.drawUnder()); this.go(this.week); });
    Words.set(navigator.language.startsWith("zh") ? "zh" : "en");
    this.maps.forEach((map) => map.open(this.run));
    this.label();
    this.go(0);
    setInterval(() => { if (this.playing) { if (this.week >= this.last) { this.playing = false; this.label(); } else this.go(this.week + 1); } }, 100);
  },
  async unpacked(text) {
    const packed = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    return new Uint8Array(await new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"))).arrayBuffer());
  },
  label() {
    const { shown, standing } = this.told;
    this.worlds = shown.worlds.map((both) => Words.pick(both));
    byId("place").textContent = Words.pick(shown.title) || Words.pick(standing.title);
    byId("question").textContent = Words.pick(shown.question);
    [0, 1].forEach((w) => { byId(`name${w}`).textContent = this.worlds[w]; });
    fill(byId("legend"), legend());
    byId("play").textContent = T(this.playing ? "pause" : "play");
    fill(byId("said"), this.told.said.flatMap((world, w) => world.map((said) => el("p", { class: "hint" }, `${this.worlds[w]}${S(":")}${Words.pick(said)}`))));
  },
  // Show the picture of one week: the tiers as they stood, and the series so far.
  go(week) {
    const n = this.run.standing.residents;
    this.week = week;
    byId("scrub").value = week;
    byId("week").textContent = String(week);
    if (week > 0) for (const w of [0, 1]) this.run.tiers[w] = this.tiers[w].subarray((week - 1) * n, week * n);
    this.run.acts = week < this.last ? [null, null] : this.acts;
    if (week < this.last) for (const w of [0, 1]) this.run.flags[w] = new Uint8Array(n);
    const differs = new Uint8Array(n);
    for (let row = 0; row < n; row += 1) differs[row] = this.run.tiers[0][row] !== this.run.tiers[1][row] ? 1 : 0;
    this.run.differs = differs;
    this.run.week = week;
    this.run.series = this.whole.map((lived) => lived.slice(0, week));
    this.maps.forEach((map) => map.draw());
    this.charts.forEach((chart) => chart.open(this.run, this.worlds));
    const count = differs.reduce((sum, d) => sum + d, 0);
    byId("differing").textContent = count ? T("differing", count) : T("same_lives");
  },
  choose(row) {
    this.maps.forEach((map) => { map.selected = row; map.draw(); });
    const said = this.worlds.map((name, w) => `${name}${S(":")}${this.maps[w].described(row)}`).join(" · ");
    byId("picked").hidden = false;
    const { grid, gridNames } = this.run.standing, where = gridNames?.[grid[row]] ?? T("grid", grid[row] + 1);
    byId("picked").textContent = `${Words.pick(this.told.names[row])} (\u2068${where}\u2069)${S(".")}${said}${S(".")}${T("invented")}`;
  },
};
window.addEventListener("DOMContentLoaded", () => Playback.begin());
