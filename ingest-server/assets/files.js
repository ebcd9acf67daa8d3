// A file is dropped anywhere on the page, and how far it has come is seen. Without this script the form does
// the same, only more quietly.
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
