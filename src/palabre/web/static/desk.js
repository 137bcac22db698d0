// The desk by keyboard, and decisions in place. Every action is a plain form in the page; this
// script only sends it without leaving, and puts the answer where the comment stood.

const items = () => [...document.querySelectorAll("[data-item]")];
const says = document.querySelector("[data-says]");
const keys = document.querySelector("#keys");
const helpButton = document.querySelector("[data-help]");
const decided = [];

const single = document.querySelector("[data-single]");
const current = () => document.activeElement?.closest?.("[data-item]") ?? single;

function show(item) {
  if (!item) return;
  item.focus({ preventScroll: true });
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  item.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
}

function step(by) {
  const all = items();
  const at = all.indexOf(current());
  show(all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)]);
}

function nextOpen(after) {
  const all = items();
  const at = all.indexOf(after);
  const waits = (item) => !item.classList.contains("decided");
  return all.slice(at + 1).find(waits) ?? all.slice(0, at).find(waits) ?? after;
}

function recount(from, to) {
  if (from === to) return;
  for (const [name, by] of [[from, -1], [to, 1]]) {
    const count = document.querySelector(`[data-count="${name}"]`);
    // A count that ends in "+" stays as it is: by one more or less it says the same.
    if (!count || count.textContent.endsWith("+")) continue;
    count.dataset.n = String(Number(count.dataset.n) + by);
    count.textContent = Number(count.dataset.n).toLocaleString(document.documentElement.lang);
  }
}

function say(text) {
  if (!says) return;
  says.textContent = "";
  requestAnimationFrame(() => { says.textContent = text; });
}

async function send(form, button) {
  const item = form.closest("[data-item]");
  if (!item || item.ariaBusy === "true") return;
  item.ariaBusy = "true";
  const body = new URLSearchParams(new FormData(form, button));
  body.set("fragment", "1");
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "*/*" } });
    if (answer.status === 401) return location.reload();
    const text = await answer.text();
    if (!answer.ok) throw new Error(problem(text));
    replace(item, text, button.value);
  } catch (error) {
    item.ariaBusy = null;
    say(`${says?.dataset.failed ?? ""} ${error.message}`);
    warn(item, `${says?.dataset.failed ?? ""} ${error.message}`);
  }
}

function problem(text) {
  try {
    const { title, detail } = JSON.parse(text);
    return `${title} ${detail}`;
  } catch {
    return "";
  }
}

function warn(item, text) {
  const note = item.querySelector("[data-warning]") ?? document.createElement("p");
  note.dataset.warning = "";
  note.className = "flash bad";
  note.textContent = text;
  item.append(note);
}

function replace(item, html, did) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const fresh = template.content.querySelector("[data-item]");
  if (!fresh) return location.reload();
  recount(item.dataset.status, fresh.dataset.status);
  item.replaceWith(fresh);
  say(fresh.querySelector(".state").textContent);
  if (did === "undo") {
    decided.splice(decided.indexOf(fresh.dataset.item), 1);
    return show(fresh);
  }
  decided.push(fresh.dataset.item);
  fresh.classList.add("decided");
  show(nextOpen(fresh));
}

function press(item, selector) {
  const button = item?.querySelector(selector);
  if (!button) return false;
  send(button.form, button);
  return true;
}

function undo() {
  const here = current();
  if (here?.querySelector('[data-key="u"]')) return press(here, '[data-key="u"]');
  const last = decided.at(-1);
  return last ? press(document.querySelector(`[data-item="${last}"]`), '[data-key="u"]') : false;
}

function openRules(item) {
  const details = item?.querySelector("[data-refuse]");
  if (!details) return;
  details.open = true;
  details.querySelector("button").focus();
}

let leaving = false;

function submitOnce(button) {
  if (leaving) return;
  leaving = true;
  button.form.requestSubmit(button);
}

function help(open = keys.hidden) {
  keys.hidden = !open;
  helpButton.ariaExpanded = String(open);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-item] .acts") || !event.submitter) return;
  event.preventDefault();
  send(form, event.submitter);
});

const actions = {
  j: () => step(1),
  k: () => step(-1),
  a: (item) => press(item, '[data-key="a"]'),
  h: (item) => press(item, '[data-key="h"]'),
  r: openRules,
  u: undo,
  n: (item) => item?.querySelector('[name="note"]')?.focus(),
  c: (item) => item?.querySelector("[data-copies]")?.click(),
  o: () => document.querySelector('[data-key-page="o"]')?.click(),
  "/": () => document.querySelector('[data-key-page="/"]')?.click(),
  "?": () => help(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const item = current();
  const rules = item?.querySelector("[data-refuse][open]");
  if (event.key === "Escape") {
    if (rules) rules.open = false;
    else help(false);
    return show(item);
  }
  if (event.target.matches('input:not([type="checkbox"]), textarea, select')) return;
  const key = event.key.toLowerCase();
  const rule = rules?.querySelector(`[data-rule-key="${CSS.escape(key)}"]`);
  // One comment on the page: its forms leave the page, and the next one comes with the answer.
  const button = single && (rule ?? document.querySelector(`[data-page-key="${CSS.escape(key)}"]`));
  if (button) {
    event.preventDefault();
    return submitOnce(button);
  }
  if (rule && press(item, `[data-rule-key="${CSS.escape(key)}"]`)) return event.preventDefault();
  if (!Object.hasOwn(actions, key)) return;
  event.preventDefault();
  actions[key](item);
});

if (helpButton) {
  helpButton.hidden = false;
  helpButton.addEventListener("click", () => help());
}

// Who reads a comment in the list keeps it; a colleague who is faster is named.
const readers = new Map();
let shown = "";
let keeping = null;

async function keep(item) {
  if (!item || item === keeping || item.dataset.status !== "held") return;
  keeping = item;
  const form = item.querySelector(".acts");
  if (!form) return;
  const body = new URLSearchParams({ do: "claim", fragment: "1", form: form.elements.form.value });
  const answer = await fetch(`/desk/work/${item.dataset.item}`, {
    method: "POST", body, headers: { Accept: "application/json" },
  }).catch(() => null);
  if (answer?.status === 409) look();
}

async function look() {
  if (document.hidden) return;
  const fresh = document.querySelector("[data-fresh]");
  const since = fresh ? `?since=${fresh.dataset.since}` : "";
  const answer = await fetch(`/desk/live${since}`).catch(() => null);
  if (!answer?.ok) return;
  const { fresh: lines, readers: taken } = await answer.json();
  // What has come since the page was made, as the server words it; said again only when it differs.
  if (fresh && lines !== shown) fresh.innerHTML = shown = lines;
  for (const item of items()) {
    const name = taken[item.dataset.item];
    item.classList.toggle("elsewhere", Boolean(name));
    if (name && readers.get(item.dataset.item) !== name) {
      warn(item, list.dataset.takenText.replace("%s", name));
    }
    if (name) readers.set(item.dataset.item, name);
  }
}

const list = document.querySelector(".queue");
list?.addEventListener("focusin", () => keep(current()));
if (list || document.querySelector("[data-fresh]")) setInterval(look, 10_000);
document.addEventListener("visibilitychange", look);

// A moderator who opens the queue starts at its first comment, unless a link led elsewhere.
if (!location.hash) (items()[0] ?? single)?.focus({ preventScroll: true });
