// What a reader has begun to write is kept on their own device until it is sent or emptied.
import { recall, store } from "./memory.js";

/** @typedef {import("./thread.js").Thread} Thread */

/** @param {Thread} thread @param {HTMLFormElement} form */
function place(thread, form) {
  const { form: kind, under } = form.dataset;
  return `palabre-draft ${thread.section.dataset.url} ${kind === "new" ? thread.section.dataset.passageKey ?? "" : `${kind} ${under}`}`.trim();
}

/** Keep what stands in the form. @param {Thread} thread @param {Event} event */
export function keep(thread, event) {
  const field = /** @type {HTMLTextAreaElement} */ (event.target);
  if (field.name !== "text" || !field.form) return;
  field.style.minBlockSize = "";
  field.form.dataset.at ??= String(event.timeStamp);
  store(place(thread, field.form), field.value.trim() ? field.value : null);
}

/** Put back what was kept, into an empty form. @param {Thread} thread */
export function bring(thread) {
  const form = /** @type {HTMLFormElement | null} */ (thread.one("#palabre-form"));
  const field = form?.querySelector("textarea");
  if (form && field && !field.value) field.value = recall(place(thread, form)) ?? "";
}

/** @param {Thread} thread @param {HTMLFormElement} form */
export function forget(thread, form) {
  store(place(thread, form), null);
}
