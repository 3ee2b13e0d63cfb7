"use strict";
// Small things that every page uses. Text goes in as text only, never as HTML. A page has its own WORDS.
function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}
function fill(node, ...children) { node.replaceChildren(...children.flat(Infinity).filter(Boolean)); }
function byId(id) { return document.getElementById(id); }
function later(wait, act) {
  let timer = 0;
  return (...given) => { clearTimeout(timer); timer = setTimeout(() => act(...given), wait); };
}
function saveFile(name, content, type) {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = el("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}
// What a page keeps in this browser for half a day: F5, a closed tab and a new start of the server lose nothing.
const Kept = {
  HOURS: 12,
  read(name) { try { const { at, value } = JSON.parse(localStorage.getItem(`linli:${name}`)); return Date.now() - at < 3.6e6 * this.HOURS ? value : null; } catch { return null; } },
  write(name, value) { try { localStorage.setItem(`linli:${name}`, JSON.stringify({ at: Date.now(), value })); } catch { /* a browser that keeps nothing */ } },
};
function number(x, digits = 3) {
  if (!Number.isFinite(x)) return "–";
  const size = Math.abs(x);
  if (size >= 1000) return Math.round(x).toLocaleString("en-US");
  if (size >= 100) return x.toFixed(0);
  if (size >= 10) return x.toFixed(1);
  if (size === 0) return "0";
  return x.toPrecision(Math.min(digits, size < 0.001 ? 2 : digits)).replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
}
function signed(x) { return (x > 0 ? "+" : x < 0 ? "−" : "") + number(Math.abs(x)); }
function toBase64(text) { return btoa(String.fromCharCode(...new TextEncoder().encode(text))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, ""); }
function fromBase64(text) { return new TextDecoder().decode(Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0))); }

const COLOURS = { first: "#4d4d4d", second: "#0072B2", differ: "#A3006E", tiers: ["#8a939b", "#0072B2", "#C44A00", "#007A58"], need: "#8B0000", ink: "#1a1a1a", line: "#c9ced3", paper: "#ffffff" };
const LINES = ["#0072B2", "#C44A00", "#007A58", "#A3006E", "#6b5200", "#222222", "#5b4b9a"];

// Every word of a page stands in its WORDS, in English and Chinese.
const Words = {
  at: 0,
  set(language) {
    this.at = language === "zh" ? 1 : 0;
    document.documentElement.lang = this.at ? "zh-CN" : "en";
    document.querySelectorAll("[data-t]").forEach((node) => { node.textContent = T(node.dataset.t); });
    document.querySelectorAll("[data-label]").forEach((node) => { node.setAttribute("aria-label", T(node.dataset.label)); node.title = T(node.dataset.label); });
  },
  pick(both) { return Array.isArray(both) ? (both[this.at] || both[0] || "") : String(both ?? ""); },
};
function T(key, ...inserted) { return T.in(Words.at, key, ...inserted); }
// A word in one language, whichever the page speaks.
T.in = (language, key, ...inserted) => (WORDS[key] ? WORDS[key][language] : key).replace(/\{(\d)\}/g, (_, i) => String(inserted[Number(i)]));
// A sign between words, as each language sets it; nothing stands between two sentences in Chinese.
const SIGNS = { ":": ["：", ": "], ",": ["，", ", "], ";": ["；", "; "], ".": ["。", ". "], "(": ["（", " ("], ")": ["）", ")"], " ": ["", " "] };
function S(sign) { return SIGNS[sign][Words.at ? 0 : 1]; }
