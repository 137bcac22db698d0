// Passkeys at the desk: the browser makes or shows one, and the plain form carries what it says.
// Without this script, or without passkeys in the browser, the form stays hidden.

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

const opened = (list) => (list ?? []).map((each) => ({ ...each, id: bytes(each.id) }));

function make(options) {
  const user = { ...options.user, id: bytes(options.user.id) };
  const challenge = bytes(options.challenge);
  const excludeCredentials = opened(options.excludeCredentials);
  return navigator.credentials.create({
    publicKey: { ...options, user, challenge, excludeCredentials },
  });
}

function show(options) {
  const challenge = bytes(options.challenge);
  const allowCredentials = opened(options.allowCredentials);
  return navigator.credentials.get({ publicKey: { ...options, challenge, allowCredentials } });
}

function said(credential) {
  const response = { clientDataJSON: text(credential.response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  const { id, type } = credential;
  return JSON.stringify({ id, rawId: text(credential.rawId), type, response });
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  const credential = form.elements.namedItem("credential");
  const failed = form.querySelector("[data-failed]");
  credential.value = "";
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    if (credential.value) return;
    event.preventDefault();
    failed.hidden = true;
    try {
      const act = form.dataset.passkey === "new" ? make : show;
      credential.value = said(await act(JSON.parse(form.dataset.options)));
      form.requestSubmit();
    } catch {
      failed.hidden = false;
    }
  });
}
