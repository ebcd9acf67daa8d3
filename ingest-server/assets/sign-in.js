// The secret stands in the fragment, which no server sees. It is taken out of the address at once,
// so that it stays in no history, and sent by a form.
const secret = location.hash.slice(1);
if (secret) {
  history.replaceState(null, "", location.pathname);
  const form = document.getElementById("sign-in");
  form.elements.secret.value = secret;
  form.hidden = false;
  document.getElementById("how").hidden = true;
  form.requestSubmit();
}
