// Looks every second how far the things are that the page waits for, and shows the page anew once one of them
// is somewhere else. Without this script the page loads itself anew every few seconds.
for (const waits of document.querySelectorAll(".waits")) {
  const [text, count] = [waits.querySelector("[role=status]"), waits.querySelector(".count")];
  const bar = waits.querySelector("progress");
  const anew = () => location.replace(waits.dataset.page);
  const look = async () => {
    try {
      const answer = await fetch(waits.dataset.progress, { headers: { accept: "application/json" } });
      if (answer.redirected) return anew();
      const now = await answer.json();
      if (now.state !== waits.dataset.state) return anew();
      if (text && text.textContent !== now.text) text.textContent = now.text;
      if (count) count.textContent = now.count;
      if (bar && now.total) [bar.max, bar.value] = [now.total, now.read];
      else if (bar) bar.removeAttribute("value");
    } catch {
      // The server is away for a moment: the next look tells.
    }
    setTimeout(look, 1000);
  };
  setTimeout(look, 500);
}
