// What stays on the reader's device, in the storage of the site they read: nothing before they act.
// Storage may be switched off or full; then it lasts as long as the page.

const passing = new Map();

/** @param {string} name @returns {string | null} */
export function recall(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return passing.get(name) ?? null;
  }
}

/** Keep a value; null forgets it. @param {string} name @param {string | null} value */
export function store(name, value) {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    passing.set(name, value);
  }
}
