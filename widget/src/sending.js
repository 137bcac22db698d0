// What a reader sends, and how it stands: on its way, published, held, refused, failed, offline.
import { Declined } from "./server.js";
import { forget } from "./drafts.js";
import { below, idOf, onward } from "./html.js";

/** @typedef {import("./thread.js").Thread} Thread */
/** @typedef {(change: () => void, is?: boolean) => boolean} Settle put what came in the place of what was on its way, if it is there (`is`); whether the reader sees it */

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
  const stage = kind === "vote" || kind === "delete" ? null : coming(thread, form, fields.text ?? "");
  /** @type {Settle} */
  const settle = (change, is = true) => (stage ? thread.still(stage.item, stage.edge, () => (stage.leave(is), change())) : (change(), true));
  if (kind !== "vote") thread.say(says.sending ?? "");
  try {
    if (kind === "vote") await vote(thread, form, Number(fields.value));
    else if (kind === "delete") await erase(thread, form);
    else await send(thread, form, kind, fields, settle);
    thread.element.announce("palabre-done", { kind });
  } catch (error) {
    const told = error instanceof Declined ? error : undefined;
    const text = told?.message || (kind === "vote" ? says.unrecorded : navigator.onLine ? says.failed : says.offline) || "";
    settle(() => complain(thread, form, text, told?.problem.field), false);
  }
  form.ariaBusy = null;
}

/**
 * Show a comment where it will stand, as high as it will be, and that it is not there yet. The answer
 * may come when the reader has gone on: what it changes keeps to the room that is taken now.
 * @param {Thread} thread
 * @param {HTMLFormElement} form
 * @param {string} text
 */
function coming(thread, form, text) {
  const at = form.closest("li");
  const list = at ?? /** @type {HTMLElement} */ (thread.one("[data-list]"));
  const former = at?.id === `c-${idOf(form)}` && /** @type {NodeListOf<HTMLElement>} */ (at.querySelectorAll(":scope > .notice, :scope > article"));
  const item = document.createElement(former ? "div" : "li");
  item.className = "coming";
  const state = document.createElement("div");
  state.className = "notice held";
  state.textContent = thread.section.dataset.sending ?? "";
  item.append(state, Object.assign(document.createElement("p"), { textContent: text, dir: "auto" }));
  const show = (/** @type {boolean} */ on) => {
    if (former) for (const part of former) part.hidden = on;
    if (at) form.hidden = on;
  };
  thread.one("[data-empty]")?.remove();
  list.hidden = false;
  if (former) at?.prepend(item);
  else if (at) below(at).append(item);
  else list.prepend(item);
  show(true);
  if (at) thread.look(item);
  else item.scrollIntoView({ block: "nearest" });
  const leave = (/** @type {boolean} */ is) => {
    show(false);
    if (is || former) return item.remove();
    // Its room stays until the reader goes on.
    item.style.visibility = "hidden";
    onward(() => item.remove());
  };
  return { item, edge: () => (at ? thread.seek(at.id) : list), leave };
}

/**
 * @param {Thread} thread
 * @param {HTMLFormElement} form
 * @param {string} kind
 * @param {Record<string, string>} fields
 * @param {Settle} settle
 */
async function send(thread, form, kind, fields, settle) {
  const { text, name, email, parent, notify, keep, anchor, subject } = fields;
  const { server, section } = thread;
  const article = { ...thread.element.article, url: section.dataset.url };
  const seconds = (performance.now() - Number(form.dataset.at)) / 1e3; // NaN, null in JSON: nobody knows
  /** @param {string} [proof] */
  const post = (proof) => server.act("POST", "", {
    ...article, text, name, email, subject, seconds, proof, ...(parent && { parent }), ...(notify && { notify }),
    ...(keep && { keep: true }),
    ...(anchor && { anchor: JSON.parse(anchor) }),
  }, keyOf(form, [text, name, email, parent, notify, anchor].join("\n")));
  const said = kind === "new" || kind === "reply"
    ? await post().catch(async (/** @type {Declined} */ error) => {
      if (!error.problem?.challenge) throw error;
      return post(await (await thread.tools())?.prove(error.problem) ?? "none");
    })
    : await server.act("PATCH", `/${idOf(form)}`, { text, subject });
  forget(thread, form);
  const link = thread.page();
  if (said.status === "refused") {
    const again = thread.made(await server.html(link, { fragment: "form", posted: said.id }));
    const fresh = /** @type {HTMLElement | null} */ (again.firstElementChild);
    if (settle(() => form.replaceWith(again), false) && fresh) thread.look(fresh);
    return thread.say(thread.one(".notice h3", fresh ?? thread.root)?.textContent ?? "");
  }
  const piece = thread.made(await server.html(link, { fragment: "item", item: said.id, done: said.keep || said.notify || "" }));
  const item = /** @type {HTMLElement} */ (piece.querySelector("li"));
  const parked = thread.isParked;
  const seen = settle(() => {
    thread.heading(piece);
    thread.place(item);
    if (parked) return thread.close();
    const field = form.querySelector("textarea");
    // As high as it was, until something is written in it again.
    if (field) field.style.minBlockSize = `${field.offsetHeight}px`;
    field?.form?.reset();
  });
  if (kind === "again" && !parked) await thread.reload();
  if (seen) thread.look(thread.root.getElementById(item.id) ?? item);
  const mail = [said.notify, said.keep].includes("asked") ? section.dataset.asked : undefined;
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
  thread.one("#palabre-form", item) && thread.close();
  thread.gone(item);
  thread.look(item);
  thread.say(thread.section.dataset.deleted ?? "");
}

/**
 * Say what went wrong, at the field if there is one; what was typed stays.
 * @param {Thread} thread
 * @param {HTMLFormElement} form
 * @param {string} text
 * @param {string} [name]
 */
function complain(thread, form, text, name) {
  thread.one("[data-errors]", form)?.remove();
  for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  const box = document.createElement("div");
  box.className = "notice errors";
  box.dataset.errors = "";
  box.id = "palabre-error";
  box.role = "alert";
  box.textContent = text;
  const field = name && thread.one(`[name="${CSS.escape(name)}"]:not([type=hidden])`, form);
  (form.closest(".acts") ?? form).prepend(box);
  if (!field) return;
  field.ariaInvalid = "true";
  field.setAttribute("aria-describedby", `palabre-error palabre-${name}-hint`);
  field.closest("details")?.setAttribute("open", "");
  field.focus();
}
