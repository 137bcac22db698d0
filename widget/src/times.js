// "3 minutes ago", kept true while the page stands open, in the words of the thread's language.

const STEPS = /** @type {const} */ ([
  ["year", 31536e3], ["month", 2592e3], ["week", 604800], ["day", 86400], ["hour", 3600], ["minute", 60],
]);

/** @param {ParentNode} root @param {string} lang */
export function tell(root, lang) {
  const words = new Intl.RelativeTimeFormat(lang, { numeric: "always" });
  for (const time of root.querySelectorAll("time")) {
    const passed = (Date.now() - Date.parse(time.dateTime)) / 1000;
    const step = STEPS.find(([, seconds]) => passed >= seconds);
    if (step) time.textContent = words.format(-Math.floor(passed / step[1]), step[0]);
  }
}
