// What a publisher's page loads: the classes and their registration are apart, so that a class can
// be tried, extended or registered under another name.
import { PalabreCount } from "./count.js";
import { PalabreComments } from "./element.js";

for (const [name, element] of /** @type {const} */ ([
  ["palabre-comments", PalabreComments],
  ["palabre-count", PalabreCount],
])) {
  if (!customElements.get(name)) customElements.define(name, element);
}

export { PalabreComments, PalabreCount };
