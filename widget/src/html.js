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
