// Parts of the element that most readers never need: each a module of its own, fetched once.

/** @typedef {import("./thread.js").Thread} Thread */

/**
 * Fetch a part and let it begin its work on a thread. Its `begin` is called once per thread.
 * @param {string} name
 * @param {Thread} thread
 * @returns {Promise<any>} what `begin` returned; undefined when the part is not built or not there
 */
export async function begin(name, thread) {
  const version = PARTS[name];
  if (!version) return;
  const { href } = thread.server.at(`/static/palabre-${name}.js?v=${version}`);
  try {
    const part = await import(href);
    return part.begin(thread);
  } catch {
    // Offline or blocked: reading and writing go on without it.
  }
}

/**
 * Inline comments: fetched when there is something to show in the article, or when the reader
 * selects a passage of it. `article` on the element is a selector for the article's body.
 * @param {Thread} thread
 */
export function watchArticle(thread) {
  const body = articleOf(thread.element);
  if (!PARTS["inline"] || !body) return;
  const here = new AbortController();
  const start = () => (here.abort(), void begin("inline", thread));
  if (thread.root.querySelector("[data-anchor]") || body.querySelector("[data-palabre-prompt]")) return start();
  const selected = () => {
    const selection = getSelection();
    if (selection && !selection.isCollapsed && body.contains(selection.anchorNode)) start();
  };
  document.addEventListener("selectionchange", selected, here);
}

/** @param {HTMLElement} element */
function articleOf(element) {
  return document.querySelector(element.getAttribute("article") || "[data-palabre-article],[itemprop=articleBody],article");
}

/**
 * Whether the article needs its thread before the reader comes near it: it has a question of its
 * author, or passages that were commented, or the reader selects one.
 * @param {import("./element.js").PalabreComments} element
 * @param {import("./server.js").Server} server
 */
export async function isWantedEarly(element, server) {
  const body = articleOf(element);
  if (!PARTS["inline"] || !body) return false;
  if (body.querySelector("[data-palabre-prompt]")) return true;
  try {
    const query = new URLSearchParams({ url: element.article.url });
    const answer = await fetch(server.at(`/api/v1/passages?${query}`), { credentials: "omit" });
    if (answer.ok && (await answer.json()).passages.length) return true;
  } catch {
    return false;
  }
  return new Promise((found) => {
    document.addEventListener("selectionchange", function selected() {
      if (!body.contains(getSelection()?.anchorNode ?? null) || getSelection()?.isCollapsed) return;
      document.removeEventListener("selectionchange", selected);
      found(true);
    });
  });
}

/** Where the server stands that this script came from, as /palabre.js or /static/palabre.js. */
export function home() {
  return import.meta.url.replace(/\/(?:static\/)?palabre\.js(?:\?.*)?$/, "");
}
