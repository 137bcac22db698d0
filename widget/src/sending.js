// What a reader sends, and how it stands: on its way, published, held, refused, failed, offline.
import { Declined } from "./server.js";
import { forget } from "./drafts.js";
import { begin } from "./parts.js";
import { idOf } from "./html.js";

/** @typedef {import("./thread.js").Thread} Thread */

/**
 * Send a form of the thread in place.
 * @param {Thread} thread
 * @param {SubmitEvent} event
 */
export async function submit(thread, event) {
  const form = /** @type {HTMLFormElement} */ (event.target);
  const kind = form.dataset.form;
  if (!kind) return;
  event.preventDefault();
  if (form.ariaBusy) return;
  const data = new FormData(form, event.submitter);
  const fields = /** @type {Record<string, string>} */ (Object.fromEntries(data));
  if (!thread.element.announce("palabre-submit", { kind, fields }, true)) return;
  const says = thread.section.dataset;
  form.ariaBusy = "true";
  const pending = kind === "new" || kind === "reply" ? coming(thread, form, fields.text ?? "") : null;
  if (kind !== "vote") thread.say(says.sending ?? "");
  try {
    if (kind === "vote") await vote(thread, form, Number(fields.value));
    else if (kind === "delete") await erase(thread, form);
    else await send(thread, form, kind, fields);
    thread.element.announce("palabre-done", { kind });
  } catch (error) {
    const told = error instanceof Declined ? error : undefined;
    const text = told?.message || (navigator.onLine ? says.failed : says.offline) || "";
    complain(thread, form, text, told?.problem.field);
  }
  pending?.remove();
  form.ariaBusy = null;
}

/**
 * Show a comment where it will stand, and that it is not there yet.
 * @param {Thread} thread
 * @param {HTMLFormElement} form
 * @param {string} text
 */
function coming(thread, form, text) {
  const item = document.createElement("div");
  item.className = "coming notice held";
  item.ariaHidden = "true"; // the live region says it
  const words = Object.assign(document.createElement("p"), { textContent: text, dir: "auto" });
  const state = Object.assign(document.createElement("p"), { textContent: thread.section.dataset.sending });
  state.className = "small";
  item.append(words, state);
  form.after(item);
  return item;
}

/**
 * @param {Thread} thread
 * @param {HTMLFormElement} form
 * @param {string} kind
 * @param {Record<string, string>} fields
 */
async function send(thread, form, kind, fields) {
  const { text, name, email, parent, notify, anchor, subject } = fields;
  const { server, section } = thread;
  const article = { ...thread.element.article, url: section.dataset.url };
  const seconds = (performance.now() - Number(form.dataset.at)) / 1e3; // NaN, null in JSON: nobody knows
  /** @param {string} [proof] */
  const post = (proof) => server.act("POST", "", {
    ...article, text, name, email, subject, seconds, proof, ...(parent && { parent }), ...(notify && { notify }),
    ...(anchor && { anchor: JSON.parse(anchor) }),
  }, keyOf(form, [text, name, email, parent, notify, anchor].join("\n")));
  const said = kind === "new" || kind === "reply"
    ? await post().catch(async (/** @type {Declined} */ error) => {
      if (!error.problem?.challenge) throw error;
      return post(await (await begin("proof", thread))?.(error.problem) ?? "none");
    })
    : await server.act("PATCH", `/${idOf(form)}`, { text, subject });
  forget(thread, form);
  const link = thread.page();
  if (said.status === "refused") {
    const again = thread.made(await server.html(link, { fragment: "form", posted: said.id }));
    const fresh = /** @type {HTMLElement | null} */ (again.firstElementChild);
    form.replaceWith(again);
    if (fresh) thread.look(fresh);
    return thread.say(thread.one(".notice h3", fresh ?? thread.root)?.textContent ?? "");
  }
  const piece = thread.made(await server.html(link, { fragment: "item", item: said.id }));
  const item = /** @type {HTMLElement} */ (piece.querySelector("li"));
  thread.heading(piece);
  thread.place(item);
  if (thread.isParked) thread.close();
  else if (kind === "again") await thread.reload();
  else form.querySelector("textarea")?.form?.reset();
  thread.look(thread.root.getElementById(item.id) ?? item);
  const mail = said.notify === "asked" ? section.dataset.asked : undefined;
  thread.say([thread.one(".notice h3", item)?.textContent, mail].filter(Boolean).join(" "));
}

/**
 * The secret under which the server stores this very text once, however often it is sent: an answer
 * lost on the way must not make two comments of one.
 * @param {HTMLFormElement} form
 * @param {string} content
 */
function keyOf(form, content) {
  if (form.dataset.sent !== content || !form.dataset.key) {
    const bytes = crypto.getRandomValues(new Uint8Array(18));
    form.dataset.key = btoa(String.fromCharCode(...bytes));
    form.dataset.sent = content;
  }
  return form.dataset.key;
}

/**
 * @param {Thread} thread
 * @param {HTMLFormElement} form
 * @param {number} value
 */
async function vote(thread, form, value) {
  const said = await thread.server.act("PUT", `/${idOf(form)}/vote`, { value });
  for (const [selector, own, count] of [["[data-up]", 1, said.up], ["[data-down]", -1, said.down]]) {
    const button = /** @type {HTMLButtonElement} */ (form.querySelector(selector));
    button.ariaPressed = String(said.value === own);
    button.value = String(said.value === own ? 0 : own);
    /** @type {Element} */ (button.querySelector("b")).textContent = count;
  }
  const { voted, unvoted } = thread.section.dataset;
  thread.say((value ? voted : unvoted) ?? "");
}

/**
 * @param {Thread} thread
 * @param {HTMLFormElement} form
 */
async function erase(thread, form) {
  await thread.server.act("DELETE", `/${idOf(form)}`);
  const item = /** @type {HTMLElement} */ (form.closest("li"));
  const { gone, deleted } = thread.section.dataset;
  thread.close();
  if (item.querySelector(":scope > .replies")) {
    const article = document.createElement("article");
    article.append(Object.assign(document.createElement("p"), { textContent: gone }));
    item.classList.add("gone");
    item.querySelector("article")?.replaceWith(article);
  } else item.remove();
  thread.look(/** @type {HTMLElement} */ (thread.one("h2")));
  thread.say(deleted ?? "");
}

/**
 * Say what went wrong, at the field if there is one; what was typed stays.
 * @param {Thread} thread
 * @param {HTMLFormElement} form
 * @param {string} text
 * @param {string} [name]
 */
function complain(thread, form, text, name) {
  form.querySelector("[data-errors]")?.remove();
  for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  const box = document.createElement("div");
  box.className = "notice errors";
  box.dataset.errors = "";
  box.id = "palabre-error";
  box.role = "alert";
  box.textContent = text;
  const field = name && thread.one(`[name="${CSS.escape(name)}"]:not([type=hidden])`, form);
  if (form.dataset.form === "vote") form.after(box);
  else form.prepend(box);
  if (!field) return;
  field.ariaInvalid = "true";
  field.setAttribute("aria-describedby", `palabre-error palabre-${name}-hint`);
  field.closest("details")?.setAttribute("open", "");
  field.focus();
}
