// A customer's timeline hears what came in. What is new slides in; what somebody opened stays open, what they read stays put.
"use strict";

const timeline = document.getElementById("timeline");
let before = null;

function entries() {
  return [...timeline.querySelectorAll("[data-entry]")];
}

timeline?.addEventListener("htmx:beforeSwap", (event) => {
  if (event.target !== timeline) return;
  const seen = entries();
  const top = seen.find((entry) => entry.getBoundingClientRect().top >= 0);
  before = {
    keys: new Set(seen.map((entry) => entry.dataset.entry)),
    open: new Set(seen.filter((entry) => entry.querySelector("details[open]")).map((entry) => entry.dataset.entry)),
    read: window.scrollY > 0 && top ? [top.dataset.entry, top.getBoundingClientRect().top] : null,
  };
});

timeline?.addEventListener("htmx:afterSwap", (event) => {
  if (event.target !== timeline || !before) return;
  for (const entry of entries()) {
    const key = entry.dataset.entry;
    entry.classList.toggle("is-new", !before.keys.has(key));
    if (before.open.has(key)) entry.querySelector("details").open = true;
    if (before.read?.[0] === key) window.scrollBy(0, entry.getBoundingClientRect().top - before.read[1]);
  }
  before = null;
});
