// A file is brought in pieces, each at its place, so that it may be large and a piece that got lost comes again.
"use strict";

const TRIES = 5;

async function send(address, body, headers) {
  for (let left = TRIES; ; left--) {
    try {
      const answer = await fetch(address, { method: "POST", body, headers, credentials: "same-origin" });
      if (answer.status < 500 || left <= 1) return answer;
    } catch (error) {
      if (left <= 1) throw error;
    }
    await new Promise((done) => setTimeout(done, 1000 * (TRIES - left + 1)));
  }
}

const LOST = "The file could not be brought. Load the page again, and try once more.";

async function json(answer) {
  if (answer.headers.get("Content-Type")?.startsWith("application/json")) {
    const reply = await answer.json();
    if (answer.ok) return reply;
    throw new Error(reply.refusal || LOST);
  }
  const page = answer.status === 422 ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  throw new Error(page?.body.textContent.trim().replace(/\s+/g, " ") || LOST);
}

async function bring(form, file) {
  const bar = form.querySelector("progress");
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const headers = { "X-CSRFToken": token, "HX-Request": "true" };
  const about = new FormData(form);
  about.set("name", file.name);
  about.set("size", file.size);
  const started = await json(await send(form.action, new URLSearchParams(about), headers));
  bar.hidden = false;
  const size = Number(form.dataset.pieces);
  for (let at = 0; at < file.size; at += size) {
    const piece = file.slice(at, at + size);
    const kind = { ...headers, "Content-Type": "application/octet-stream" };
    await json(await send(`${started.pieces}?at=${at}`, piece, kind));
    bar.value = Math.min(1, (at + size) / file.size);
  }
  window.location = started.page;
}

async function take(form, file) {
  const refusal = form.querySelector(".drop-refusal");
  refusal.hidden = true;
  form.querySelector("input[type=file]").disabled = true;
  try {
    await bring(form, file);
  } catch (error) {
    refusal.textContent = error.message;
    refusal.hidden = false;
    form.querySelector("input[type=file]").disabled = false;
  }
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-pieces]");
  if (form && event.target.files?.length) take(form, event.target.files[0]);
});

for (const kind of ["dragover", "drop"]) {
  document.addEventListener(kind, (event) => {
    const form = event.target.closest?.("form[data-pieces]");
    if (!form) return;
    event.preventDefault();
    form.classList.toggle("drop-over", kind === "dragover");
    if (kind === "drop" && event.dataTransfer.files.length) take(form, event.dataTransfer.files[0]);
  });
}
