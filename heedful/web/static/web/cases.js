// The list of cases hears what changed, and says which rows it has. New rows come in at the top; while a hand is over the
// list, or the keyboard is in it, they wait, so that nothing moves which somebody is about to press.
"use strict";

const news = document.getElementById("news");
const list = document.getElementById("rows");

function rowsShown() {
  return [...document.querySelectorAll("#case-rows > tr[data-mark]")];
}

function isBusy() {
  return list.matches(":hover") || list.contains(document.activeElement);
}

news?.addEventListener("htmx:configRequest", (event) => {
  event.detail.parameters.since = news.dataset.since;
  event.detail.parameters.shown = rowsShown().map((row) => `${row.id.slice(5)}.${row.dataset.mark}`).join(",");
});

let isWaiting = false;

news?.addEventListener("htmx:beforeRequest", (event) => {
  if (!document.getElementById("case-rows")) {
    event.preventDefault();
    location.reload();
  } else if (isBusy()) {
    event.preventDefault();
    isWaiting = true;
  }
});

function look() {
  if (isWaiting && !isBusy()) {
    isWaiting = false;
    window.htmx.trigger(news, "look");
  }
}

list?.addEventListener("pointerleave", look);
list?.addEventListener("focusout", () => setTimeout(look, 0));
setInterval(look, 5000);

document.addEventListener("htmx:oobAfterSwap", () => {
  const newest = Math.max(Number(news.dataset.since), ...rowsShown().map((row) => Number(row.id.slice(5))));
  news.dataset.since = String(newest);
});
