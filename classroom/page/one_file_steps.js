"use strict";
// Steps of a lesson in a page that lives by itself: open, play, weeks, policy, off, set, seed, chart, board, ties, reset.
const Steps = {
  async take(page, what) {
    const [verb, given] = what.split("?"), asked = new URLSearchParams((given || "").replace(/\+/g, "%2B"));
    if (verb === "play") page.live(Number(asked.get("weeks") || 52));
    else if (verb === "open") {
      const arms = (asked.get("arms") || "").split("|").filter(Boolean).map((name) => page.told.lesson?.arms[name]);
      if (arms.some((arm) => !arm)) { page.say(T("in_classroom")); return; }
      arms.forEach((arm, w) => { page.state.worlds[w] = arm; page.told.shown.worlds[w] = arm.title; });
      page.play(false);
      page.doses = {}; page.set = null;
      await page.found();
      page.words();
    }
    else if (verb === "weeks") page.live(Number(asked.get("n") || 1));
    else if (verb === "pause") page.play(false);
    else if (verb === "policy" || verb === "off") {
      const { name, world, ...doses } = Object.fromEntries(asked), w = Number(world ?? 2) - 1;
      if (!page.cards[name]) { page.say(T("in_classroom")); return; }
      const given = (page.doses[name] ||= {});
      for (const [dose, value] of Object.entries(doses)) { try { given[dose] = JSON.parse(value); } catch { given[dose] = value; } }
      page.put(w, name, verb === "policy", given);
      page.panels();
      page.marks();
    } else if (verb === "set") {
      const { from, world, ...said } = Object.fromEntries(asked), specs = page.told.parameters.flatMap((section) => section.doses);
      const found = Object.entries(said).map(([path, value]) => [specs.find((spec) => spec.path === path), value]);
      if (found.some(([spec]) => !spec)) { page.say(T("in_classroom")); return; }
      const value = (spec, text) => (spec.kind === "choice" ? text : JSON.parse(text)), here = page.where;
      // from the start: both worlds, lived anew
      for (const w of from === "now" ? [Number(world ?? 2) - 1] : [0, 1]) { page.where = w; for (const [spec, text] of found) page.parameter(spec, value(spec, text)); }
      page.where = here;
      if (from === "now") page.panels(); else await page.found(page.restarted());
    } else if (verb === "ties") { if (!byId("show-ties").checked) byId("show-ties").click(); }
    else if (verb === "reset") byId("reset").click();
    else if (verb === "board") { byId("board-part").open = true; page.board.draw(); byId("flow").scrollIntoView({ block: "nearest" }); }
    else if (verb === "seed") { page.luck = (page.luck + 1) % page.told.places.length; byId("luck").value = String(page.luck); await page.found(page.listed); }
    else if (verb === "chart") { const name = asked.get("show"), chart = page.charts.find((one) => one.members().includes(name)); if (chart) { chart.shown = name; chart.select.value = name; chart.draw(); chart.node.scrollIntoView({ block: "nearest" }); } }
    else page.say(T("in_classroom"));
  },
};
