// What a reader has begun to write is kept on their own device until it is sent or emptied.

/** @typedef {import("./thread.js").Thread} Thread */

const DRAFT = "palabre-draft ";

/** @param {Thread} thread @param {HTMLFormElement} form */
function place(thread, form) {
  const { form: kind, under } = form.dataset;
  return `${DRAFT}${thread.section.dataset.url} ${kind === "new" ? "" : `${kind} ${under}`}`.trim();
}

/** Keep what stands in the form. @param {Thread} thread @param {Event} event */
export function keep(thread, event) {
  const field = /** @type {HTMLTextAreaElement} */ (event.target);
  const { form } = field;
  if (field.name !== "text" || !form) return;
  try {
    if (field.value.trim()) localStorage.setItem(place(thread, form), field.value);
    else localStorage.removeItem(place(thread, form));
  } catch {
    // Storage is switched off or full: the text still stands in the form.
  }
}

/** Put back what was kept, into an empty form. @param {Thread} thread */
export function bring(thread) {
  const form = /** @type {HTMLFormElement | null} */ (thread.one("#palabre-form"));
  const field = form?.querySelector("textarea");
  if (!form || !field) return;
  try {
    const kept = localStorage.getItem(place(thread, form));
    if (kept && !field.value) field.value = kept;
  } catch {
    // As above.
  }
}

/** @param {Thread} thread @param {HTMLFormElement} form */
export function forget(thread, form) {
  try {
    localStorage.removeItem(place(thread, form));
  } catch {
    // As above.
  }
}
