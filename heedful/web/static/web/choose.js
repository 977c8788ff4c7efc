// What is chosen in a list: how many, all or none, and still chosen when its row is drawn anew.
"use strict";

const bar = document.getElementById("handovers");
const chosen = new Set();

function choices() {
  return [...document.querySelectorAll("#case-rows .choice input")];
}

function count() {
  choices().forEach((box) => (box.checked ? chosen.add(box.value) : chosen.delete(box.value)));
  bar.querySelector("[data-chosen]").textContent = `${chosen.size} chosen on this page`;
}

document.addEventListener("change", (event) => {
  if (event.target.closest(".choice")) count();
});

bar.addEventListener("click", (event) => {
  const which = event.target.closest("[data-choose]")?.dataset.choose;
  if (!which) return;
  choices().forEach((box) => (box.checked = which === "all"));
  count();
  if (which === "none") document.querySelector("main .row-link").focus();
});

document.addEventListener("htmx:oobAfterSwap", () => {
  choices().forEach((box) => (box.checked = chosen.has(box.value)));
  const shown = new Set(choices().map((box) => box.value));
  chosen.forEach((value) => shown.has(value) || chosen.delete(value));
  count();
});

window.addEventListener("pageshow", count);
bar.querySelectorAll("[data-choose]").forEach((button) => (button.hidden = false));
