// Menus, dialogs, what can be copied, and what is said in passing. Everything works without this file too.
"use strict";

function closeMenus(except) {
  document.querySelectorAll("details[data-menu][open]").forEach((menu) => {
    if (menu !== except) menu.open = false;
  });
}

document.addEventListener("click", (event) => {
  closeMenus(event.target.closest("details[data-menu]"));
  event.target.closest("[data-close]")?.closest(".flash")?.remove();
  const opener = event.target.closest("[data-dialog]");
  if (opener) document.getElementById(opener.dataset.dialog)?.showModal();
  const copier = event.target.closest("[data-copy]");
  if (copier) copy(copier);
});

async function copy(button) {
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
  button.querySelector("span").textContent = "Copied";
}

// What was said passes by itself, unless somebody is reading it.
function passFlashes() {
  document.querySelectorAll(".flash[data-passing]:not([data-timed])").forEach((flash) => {
    flash.dataset.timed = "";
    const leave = () => (flash.matches(":hover, :focus-within") ? setTimeout(leave, 2000) : flash.remove());
    setTimeout(leave, 7000);
  });
}

document.addEventListener("htmx:afterSwap", passFlashes);
document.addEventListener("DOMContentLoaded", passFlashes);
