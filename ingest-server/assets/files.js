// A file is dropped anywhere on the page, and how far it has come is seen. Without this script the form and
// the page of the file do the same, only more quietly.
const form = document.querySelector(".drop");
if (form) {
  const input = form.elements.file;
  const over = (here) => (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    form.classList.toggle("over", here);
  };
  addEventListener("dragover", over(true));
  addEventListener("dragleave", over(false));
  addEventListener("drop", (event) => {
    over(false)(event);
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    input.focus();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const told = form.querySelector(".sending");
    const [bar, text] = [told.querySelector("progress"), told.querySelector("span")];
    const button = form.querySelector("button");
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.upload.onprogress = ({ loaded, total }) => {
      bar.value = total ? (100 * loaded) / total : 0;
    };
    const failed = () => {
      button.disabled = false;
      text.textContent = form.dataset.broken;
    };
    request.onload = () => {
      if (request.status < 400) location.assign(request.responseURL);
      else failed();
    };
    request.onerror = failed;
    told.hidden = false;
    text.textContent = form.dataset.sending;
    button.disabled = true;
    request.send(new FormData(form));
  });
}

const waits = document.querySelector(".waits");
if (waits) {
  const text = waits.querySelector("[role=status]");
  const look = async () => {
    try {
      const answer = await fetch(waits.dataset.progress, { headers: { accept: "application/json" } });
      const { state, text: words } = await answer.json();
      if (state !== waits.dataset.state) return location.reload();
      if (text.textContent !== words) text.textContent = words;
    } catch {
      // The server is away for a moment: the next look tells.
    }
    setTimeout(look, 1000);
  };
  setTimeout(look, 500);
}
