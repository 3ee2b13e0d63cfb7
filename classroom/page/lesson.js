"use strict";
// Lessons: a little Markdown becomes elements (never HTML text), and links of the kind [words](do:...) become buttons.
const Markdown = {
  inline(text, act) {
    const parts = [], pattern = /\*\*(.+?)\*\*|\*(.+?)\*|`(.+?)`|\[(.+?)\]\((.+?)\)/g;
    let from = 0, found;
    while ((found = pattern.exec(text))) {
      if (found.index > from) parts.push(text.slice(from, found.index));
      from = pattern.lastIndex;
      if (found[1]) parts.push(el("strong", {}, found[1]));
      else if (found[2]) parts.push(el("em", {}, found[2]));
      else if (found[3]) parts.push(el("code", {}, found[3]));
      else if (found[5].startsWith("do:")) { const what = found[5].slice(3); parts.push(el("button", { type: "button", class: "act", "data-do": what, onclick: () => act(what) }, found[4])); }
      else parts.push(found[4]);
    }
    if (from < text.length) parts.push(text.slice(from));
    return parts;
  },
  blocks(text, act, choices) {
    const out = [];
    for (const block of text.split(/\n\s*\n/)) {
      const lines = block.split("\n").filter((line) => line.trim());
      if (!lines.length) continue;
      if (/^\s*(\(\s?\)|[-*]|\d+\.)\s/.test(lines[0])) {
        const items = [];
        for (const line of lines) {
          const begin = /^\s*(\(\s?\)|[-*]|\d+\.)\s+(.*)$/.exec(line);
          if (begin) items.push({ mark: begin[1], text: begin[2] }); else if (items.length) items[items.length - 1].text += ` ${line.trim()}`;
        }
        if (items[0].mark.startsWith("(")) out.push(choices(items.map((item) => item.text)));
        else out.push(el(/\d/.test(items[0].mark) ? "ol" : "ul", {}, items.map((item) => el("li", {}, Markdown.inline(item.text, act)))));
      } else out.push(el("p", {}, Markdown.inline(lines.join(" ").replace(/\s+/g, " "), act)));
    }
    return out;
  },
};

class Lessons {
  // `actions` are what a step may do; `ask` speaks to the server.
  // `beside` keeps predictions and shows what came.
  constructor(node, ask, act, beside = null) { this.node = node; this.ask = ask; this.act = act; this.open = null; this.beside = beside; this.predictions = beside ? beside.kept : {}; }
  name() { return this.open ? this.open.en.name : ""; }
  lived(run, state) { if (this.open) this.beside?.lived(this.open, run, state); }
  polled(room) { this.beside?.polled(room); }
  list(titles, minutes) {
    this.titles = titles || this.titles; this.minutes = minutes || this.minutes;
    if (this.open) { this.show(this.open); return; }
    if (!this.titles) return;
    fill(this.node, Object.entries(this.titles).map(([name, title]) => el("button", { type: "button", class: "lesson-card", "data-lesson": name, onclick: () => this.ask({ do: "lesson", name }) },
      el("strong", {}, Words.at ? title.zh : title.en), el("span", {}, T("minutes", this.minutes[name])))));
  }
  show(lesson) {
    this.open = lesson;
    const one = Words.at ? lesson.zh : lesson.en, saved = this.predictions[one.name];
    const answers = (heading) => /^(answers for the teacher|教师答案)$/i.test(heading);
    const worked = this.node.contains(document.activeElement);  // by keyboard: the place stays in the panel
    fill(this.node,
      el("div", { class: "row no-print" }, el("button", { type: "button", class: "small", onclick: () => { this.open = null; this.list(); } }, `← ${T("back")}`),
        el("button", { type: "button", class: "small", onclick: () => this.print(false) }, T("print")),
        lesson.study ? el("button", { type: "button", class: "small", id: "study-behind", onclick: () => saveFile(`${one.name}.yaml`, lesson.study, "text/yaml") }, T("study_behind")) : null,
        one.sections.some(([h]) => answers(h)) ? el("button", { type: "button", class: "small", onclick: () => this.print(true) }, T("print_answers")) : null),
      el("article", { class: "lesson", id: "handout" }, el("p", { class: "print-only name-line" }, T("name_line")), el("h2", { tabindex: -1 }, one.title), el("p", { class: "hint" }, T("minutes", one.minutes)),
        el("p", { class: "no-print" }, el("button", { type: "button", class: "act", "data-do": "open", onclick: () => this.act("open", one.name) }, T("start_lesson"))),
        one.sections.map(([heading, text]) => {
          const body = Markdown.blocks(text, (what) => this.act(what, one.name), (options) => this.choices(one.name, options, saved));
          return answers(heading) ? el("details", { class: "answers" }, el("summary", {}, el("h3", {}, heading)), body) : el("section", { class: /^(questions|讨论题)$/i.test(heading) ? "asked" : "" }, el("h3", {}, heading), body);
        })));
    this.node.scrollTop = 0;
    if (worked) this.node.querySelector("h2").focus({ preventScroll: true });
  }
  choices(name, options, saved) {
    const said = el("p", { class: "predicted", role: "status" }, saved ? T("predicted", options[saved.at] ?? "") : "");
    const radios = options.map((text, at) => el("label", { class: "option" }, el("input", { type: "radio", name: `predict-${name}`, value: at, checked: saved?.at === at }), text));
    const box = el("div", { class: "predict" }, radios, el("button", { type: "button", class: "act no-print", onclick: () => {
      const picked = box.querySelector("input:checked");
      if (!picked) { said.textContent = T("predict_first"); return; }
      this.predictions[name] = { at: Number(picked.value) };
      said.textContent = T("predicted", options[Number(picked.value)]);
      this.beside?.saved();
    } }, T("predict")), said, this.beside ? this.beside.node(name, options) : null);
    return box;
  }
  print(withAnswers) {
    document.body.classList.toggle("print-answers", withAnswers);
    for (const node of this.node.querySelectorAll("details.answers")) node.open = withAnswers;
    window.print();
  }
}
