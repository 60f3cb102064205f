// Small helps that a page can do without.
"use strict";

// "Markdown" copies the table instead of saving a file, where the clipboard may be used.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("[data-copy-from]");
  if (!link || !navigator.clipboard || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const said = document.getElementById("copied");
  try {
    const reply = await fetch(link.dataset.copyFrom);
    if (!reply.ok) throw new Error(reply.statusText);
    await navigator.clipboard.writeText(await reply.text());
    if (said) said.textContent = "Copied as a Markdown table.";
  } catch {
    location.assign(link.href);
  }
});

// A changed input asks at once; Enter, which changes and submits, asks once.
const waiting = new WeakMap();
document.addEventListener("change", (event) => {
  const form = event.target.closest("form.what-if");
  if (!form) return;
  clearTimeout(waiting.get(form));
  waiting.set(form, setTimeout(() => form.requestSubmit(), 50));
});
document.addEventListener("submit", (event) => clearTimeout(waiting.get(event.target)), true);

// A what-if that cannot be asked says so, instead of nothing.
for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, () => {
    const said = document.getElementById("copied");
    if (said) said.textContent = "The server did not answer as expected; reload the page to go on.";
  });
}

// What was typed into the editor is not left behind without a word.
let unsaved = false;
document.addEventListener("input", (event) => {
  if (event.target.closest("#sheet")) unsaved = true;
});
document.addEventListener("submit", () => { unsaved = false; });
window.addEventListener("beforeunload", (event) => {
  if (unsaved) event.preventDefault();
});
