// Forms that open, are sent once, and are found again after a log-in. Everything works without this file too.
"use strict";

const FIELDS = "input:not([type=hidden]), textarea, select";

// A key opens a form and puts the hand where one writes; pressed again it does not close what was begun.
function openForm(details) {
  details.open = true;
  const fields = [...details.querySelectorAll(FIELDS)].filter((field) => !field.disabled && !("later" in field.dataset));
  const wrong = fields.find((field) => field.getAttribute("aria-invalid") === "true");
  const empty = fields.find((field) => !field.value);
  (details.querySelector("[autofocus]") || wrong || empty || fields.at(-1) || details.querySelector("summary")).focus();
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

document.addEventListener("click", (event) => {
  const act = event.target.closest(".act > summary")?.parentElement;
  if (act) requestAnimationFrame(() => act.open && showForm(act));
});

// A choice that is also an answer, such as a filter, is sent at once.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-send]")) event.target.form.requestSubmit();
});

// A question before what cannot be taken back; and two quick presses are one.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if ("sent" in form.dataset || (form.dataset.ask && !window.confirm(form.dataset.ask.replace(/\s+/g, " ")))) event.preventDefault();
  else if (form.method === "post") {
    form.dataset.sent = "";
    keepTyped(form);
  }
});

// Who comes back by the browser's own button finds the page as it was left, and may send again.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
});

// A slider says where it stands.
function sayWhere(slider) {
  const output = slider.nextElementSibling?.matches("output") ? slider.nextElementSibling : document.createElement("output");
  output.textContent = `${slider.value} %`;
  slider.after(output);
}

document.addEventListener("input", (event) => {
  if (event.target.matches("input[type=range]")) sayWhere(event.target);
});

const TYPED = "heedful.typed";
const WRITTEN = "textarea[name], input[name]:is([type=text], [type=email], [type=url], [type=number], :not([type]))";

// Whose session ended while they wrote finds the words again after the log-in. Until the next page they stay in this tab.
// What guards an account, such as a code, is not kept.
function keepTyped(form) {
  if (new URL(form.action).pathname.startsWith("/accounts/")) return;
  const written = [...form.querySelectorAll(WRITTEN)].map((field) => [field.name, field.value]);
  if (written.some(([, value]) => value)) sessionStorage.setItem(TYPED, JSON.stringify({ action: form.action, written }));
}

function findTyped() {
  const typed = JSON.parse(sessionStorage.getItem(TYPED) || "null");
  sessionStorage.removeItem(TYPED);
  if (!typed || !document.referrer.startsWith(`${location.origin}/accounts/`)) return;
  const form = [...document.querySelectorAll("main form")].find((one) => one.action === typed.action);
  if (!form) return;
  typed.written?.forEach(([name, value]) => {
    const field = form.elements.namedItem(name);
    if (field && "value" in field) field.value = value;
  });
  form.closest("#acts")?.setAttribute("data-begun", "");
  if (form.parentElement.matches("details")) openForm(form.parentElement);
  form.insertAdjacentHTML("afterbegin", '<p class="note note-information">You were logged out before this was sent. What you typed is here again.</p>');
}

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("input[type=range]").forEach(sayWhere);
  findTyped();
  settleActs();
});
