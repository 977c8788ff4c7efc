// The desk by keyboard, and the few things that a page cannot do alone. Everything works without this file too.
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

const FIELDS = "input:not([type=hidden]), textarea, select";

function press(marked) {
  if (marked.matches(FIELDS)) marked.focus();
  else if (marked.matches("summary")) openForm(marked.parentElement);
  else marked.click();
}

// A key opens a form and puts the hand where one writes; pressed again it does not close what was begun.
function openForm(details) {
  details.open = true;
  const fields = [...details.querySelectorAll(FIELDS)].filter((field) => !field.disabled && !("later" in field.dataset));
  const wrong = fields.find((field) => field.getAttribute("aria-invalid") === "true");
  const empty = fields.find((field) => !field.value);
  (wrong || empty || fields.at(-1) || details.querySelector("summary")).focus();
  showForm(details);
}

// The details themselves have no box of their own; their form has.
function showForm(details) {
  details.querySelector("form")?.scrollIntoView({ block: "nearest" });
}

// A long story comes first: a form that was open below it waits behind its button, but for one that somebody has begun.
function settleActs() {
  const acts = document.getElementById("acts");
  const open = acts?.querySelector("details[open]");
  if (!open) return;
  if ("begun" in acts.dataset) openForm(open);
  else if (open.querySelector("form").getBoundingClientRect().top > window.innerHeight) open.open = false;
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

function closeMenus(except) {
  document.querySelectorAll("details[data-menu][open]").forEach((menu) => {
    if (menu !== except) menu.open = false;
  });
}

document.addEventListener("click", (event) => {
  closeMenus(event.target.closest("details[data-menu]"));
  event.target.closest("[data-close]")?.closest(".flash")?.remove();
  const act = event.target.closest(".act > summary")?.parentElement;
  if (act) requestAnimationFrame(() => act.open && showForm(act));
  const opener = event.target.closest("[data-dialog]");
  if (opener) document.getElementById(opener.dataset.dialog)?.showModal();
  const copier = event.target.closest("[data-copy]");
  if (copier) copy(copier);
});

async function copy(button) {
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
  button.querySelector("span").textContent = "Copied";
}

// A choice that is also an answer, such as a filter, is sent at once.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-send]")) event.target.form.requestSubmit();
  if (event.target.matches("[data-keys-on]")) {
    if (event.target.checked) localStorage.removeItem(KEYS_OFF);
    else localStorage.setItem(KEYS_OFF, "1");
  }
});

// A question before what cannot be taken back; and two quick presses are one.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if ("sent" in form.dataset || (form.dataset.ask && !window.confirm(form.dataset.ask))) event.preventDefault();
  else if (form.method === "post") {
    form.dataset.sent = "";
    keepTyped(form);
  }
});

// Who comes back by the browser's own button finds the page as it was left, and may send again.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
});

// What was said passes by itself, unless somebody is reading it.
function passFlashes() {
  document.querySelectorAll(".flash[data-passing]:not([data-timed])").forEach((flash) => {
    flash.dataset.timed = "";
    const leave = () => (flash.matches(":hover, :focus-within") ? setTimeout(leave, 2000) : flash.remove());
    setTimeout(leave, 7000);
  });
}

const TYPED = "heedful.typed";
const WRITTEN = "textarea[name], input[name]:is([type=text], [type=email], [type=url], [type=number], :not([type]))";

// Whose session ended while they wrote finds the words again after the log-in. Until the next page they stay in this tab.
// What guards an account, such as a code, is not kept.
function keepTyped(form) {
  if (new URL(form.action).pathname.startsWith("/accounts/")) return;
  const said = [...form.querySelectorAll(WRITTEN)].map((field) => [field.name, field.value]);
  if (said.some(([, value]) => value)) sessionStorage.setItem(TYPED, JSON.stringify({ action: form.action, said }));
}

function findTyped() {
  const typed = JSON.parse(sessionStorage.getItem(TYPED) || "null");
  sessionStorage.removeItem(TYPED);
  if (!typed || !document.referrer.startsWith(`${location.origin}/accounts/`)) return;
  const form = [...document.querySelectorAll("main form")].find((one) => one.action === typed.action);
  if (!form) return;
  typed.said.forEach(([name, value]) => {
    const field = form.elements.namedItem(name);
    if (field && "value" in field) field.value = value;
  });
  form.closest("#acts")?.setAttribute("data-begun", "");
  if (form.parentElement.matches("details")) openForm(form.parentElement);
  form.insertAdjacentHTML("afterbegin", '<p class="note note-information">You were logged out before this was sent. What you typed is here again.</p>');
}

document.addEventListener("htmx:afterSwap", passFlashes);
document.addEventListener("DOMContentLoaded", () => {
  findTyped();
  passFlashes();
  settleActs();
  const keys = document.querySelector("[data-keys-on]");
  if (keys) keys.checked = !localStorage.getItem(KEYS_OFF);
});
