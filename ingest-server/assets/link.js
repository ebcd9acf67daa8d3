// The secret of a one-time link stands in the fragment, which no server sees. It is taken out of the
// address at once, so that it stays in no history, and sent by a form. A page that asks for nothing else
// sends it by itself.
const secret = location.hash.slice(1);
const form = document.querySelector(".by-link");
if (secret && form.elements.secret) {
  history.replaceState(null, "", location.pathname + location.search);
  form.elements.secret.value = secret;
  form.hidden = false;
  const without = document.querySelector(".without-link");
  if (without) without.hidden = true;
  if (form.dataset.send) form.requestSubmit();
  else form.elements.email.focus();
}
