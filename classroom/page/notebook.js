// The widget of classroom/notebook.py: two maps and some charts, after the page's own scripts in one module.
export default { async render({ model, el: root }) {
  const { WorldMap, Chart, Run, CanvasPen, COLOURS, Words, el, fill, legend } = linli;
  Words.set(model.get("language"));
  let run = null, playing = false;
  const canvases = [0, 1].map(() => el("canvas", { tabindex: 0 })), names = [0, 1].map(() => el("strong"));
  const maps = canvases.map((canvas, world) => new WorldMap(canvas, world, () => {}));
  const charts = model.get("charts").map((name) => {
    const chart = new Chart(Object.keys(linli.FAMILIES).find((f) => linli.FAMILIES[f].includes(name)) || "f_any", model.get("metrics"));
    chart.shown = name; chart.relabel();
    return chart;
  });
  const week = el("output"), play = el("button", {}, T("play"));
  play.addEventListener("click", () => { playing = !playing; play.textContent = T(playing ? "pause" : "play"); if (playing) model.send({ weeks: 1 }); });
  root.append(el("style", {}, model.get("style")), el("div", { class: "linli" },
    el("p", {}, play, " ", T("week"), " ", week),
    el("div", { class: "worlds" }, [0, 1].map((w) => el("figure", { class: `world world${w}` }, el("figcaption", {}, names[w]), canvases[w]))),
    el("div", { class: "legend" }, legend()), el("div", { class: "charts" }, charts.map((chart) => chart.node))));
  const shown = () => { maps.forEach((map) => map.draw()); charts.forEach((chart) => chart.draw()); week.textContent = String(run.week); };
  model.on("msg:custom", (said, buffers) => {
    if (said.standing) {
      run = new Run(said.standing);
      names.forEach((node, w) => { node.textContent = Words.pick(said.worlds[w]); });
    }
    const raw = buffers[0];
    run.take(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.byteLength));
    if (said.standing) { maps.forEach((map) => map.open(run)); charts.forEach((chart) => chart.open(run, names.map((n) => n.textContent))); }
    shown();
    if (playing) setTimeout(() => model.send({ weeks: 1 }), 60);
  });
  model.send({ hello: true });
} };
