// The desk by keyboard. Everything works without this file too.
"use strict";

const KEYS_OFF = "heedful.keys.off";

function rows() {
  return [...document.querySelectorAll("main .row-link, main [data-row]")].filter((row) => row.offsetParent !== null);
}

function step(by) {
  const all = rows();
  if (!all.length) return;
  const row = document.activeElement.closest("tr");
  const here = all.findIndex((one) => one === document.activeElement || (row && row === one.closest("tr")));
  const next = here < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(here + by, 0), all.length - 1);
  all[next].focus();
  all[next].scrollIntoView({ block: "nearest" });
}

function isTyping(target) {
  return target.closest("input:not([data-row-key]), textarea, select, dialog[open]") || target.isContentEditable;
}

function press(marked) {
  if (marked.matches(FIELDS)) marked.focus();
  else if (marked.matches("summary")) openForm(marked.parentElement);
  else marked.click();
}

function showKeys() {
  const keys = document.getElementById("keys");
  const here = document.getElementById("keys-here");
  if (!keys || keys.open) return;
  const inRow = [...document.querySelectorAll("[data-row-key]")].filter(isSeen).slice(0, 1);
  const marked = [...document.querySelectorAll("[data-key]")].filter(isSeen);
  here.replaceChildren(...[...marked, ...inRow].flatMap(keyLine));
  keys.showModal();
}

function isSeen(marked) {
  return marked.offsetParent !== null;
}

function keyLine(marked) {
  const [term, words, key] = ["dt", "dd", "kbd"].map((name) => document.createElement(name));
  key.textContent = marked.dataset.key || marked.dataset.rowKey;
  term.append(key);
  const named = marked.cloneNode(true);
  named.querySelectorAll("kbd").forEach((inside) => inside.remove());
  words.textContent = named.textContent.trim() || marked.dataset.keyWords || marked.getAttribute("aria-label") || "";
  return [term, words];
}

const ACTIONS = {
  j: () => step(1),
  k: () => step(-1),
  "/": () => document.querySelector("[data-search]")?.focus(),
  "?": showKeys,
};

// Out of a field and back to the keys: what was typed stays.
function leaveField(target) {
  const form = target.closest("details.act");
  if (form && target.matches(FIELDS)) form.querySelector("summary").focus();
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    closeMenus();
    leaveField(event.target);
    if (["#menu", "#customer"].includes(location.hash)) history.back();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (localStorage.getItem(KEYS_OFF)) return;
  const marked = /^[a-z]$/.test(event.key) && document.querySelector(`[data-key="${event.key}"]`);
  const inRow = /^[a-z]$/.test(event.key) && event.target.closest("tr")?.querySelector(`[data-row-key="${event.key}"]`);
  const action = ACTIONS[event.key] || (inRow && (() => inRow.click())) || (marked && (() => press(marked)));
  if (!action) return;
  event.preventDefault();
  action();
});

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-keys-on]")) return;
  if (event.target.checked) localStorage.removeItem(KEYS_OFF);
  else localStorage.setItem(KEYS_OFF, "1");
});

document.addEventListener("DOMContentLoaded", () => {
  const keys = document.querySelector("[data-keys-on]");
  if (keys) keys.checked = !localStorage.getItem(KEYS_OFF);
});
