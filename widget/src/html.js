// Pages that enforce Trusted Types take HTML from named policies only. What passes here comes from
// the server this script came from, which cleaned it; scripts in it would not run in any case.
const policy = (() => {
  try {
    return window.trustedTypes?.createPolicy("palabre", { createHTML: (/** @type {string} */ html) => html });
  } catch {
    return undefined;
  }
})();

/** @param {string} html */
export function fragment(html) {
  const template = document.createElement("template");
  template.innerHTML = policy?.createHTML(html) ?? html;
  return template.content;
}

/** The list of replies of a comment, made if there is none. @param {Element} item */
export function below(item) {
  const found = item.querySelector(":scope > .replies");
  if (found) return found;
  const list = document.createElement("ol");
  list.className = "replies";
  const rest = item.querySelector(":scope > .rest");
  rest ? rest.before(list) : item.append(list);
  return list;
}

/** The comment that a form acts on, as its address says. @param {HTMLFormElement} form */
export function idOf(form) {
  return (form.getAttribute("action") ?? "").split("/").at(-2);
}

/** Do it at the reader's next input: then a page may move. @param {() => void} act may be done twice */
export function onward(act) {
  // Not at the press already: what moves away between press and release is not clicked.
  for (const input of ["click", "keydown"]) addEventListener(input, act, { once: true });
}
