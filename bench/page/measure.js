// Reads the same library page in turn by the extractor and by the browser's own parser with the same
// selectors, and leaves the times of both where the benchmark looks for them.
import init, { extract } from "./extract.js";

const ROUNDS = 25, WARM = 5;
const SELECTORS = await (await fetch("selectors.json")).json();
const html = await (await fetch("page.html")).text();
const text = (row, name) => row.querySelector(SELECTORS[name])?.textContent.replace(/\s+/g, " ").trim();
const value = (row, name, attribute) => row.querySelector(SELECTORS[name])?.getAttribute(attribute);
const people = (row, name) =>
  [...row.querySelectorAll(SELECTORS[name])].map((link) => ({ name: link.textContent.trim(), href: link.getAttribute("href") }));

function byTheBrowser(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const items = [];
  for (const row of page.querySelectorAll(SELECTORS.row)) {
    items.push({
      asin: row.id.slice(24), title: text(row, "title"), authors: people(row, "author"),
      narrators: people(row, "narrator"), series: text(row, "series"), summary: text(row, "summary"),
      cover: value(row, "cover", "src"), rating: value(row, "own_rating", "data-star-count"),
      stars: [...row.querySelectorAll(SELECTORS.own_stars)].length,
      type: value(row, "content_type", "value"), delivery: value(row, "delivery_type", "value"),
      plus: !!row.querySelector(SELECTORS.plus), gone: !!row.querySelector(SELECTORS.inaccessible),
      preorder: value(row, "prerelease", "value"), favorite: !!row.querySelector(SELECTORS.unfavorite),
      collections: value(row, "collections", "value"), pdf: value(row, "pdf", "href"),
      episodes: value(row, "episodes", "href"), parent: text(row, "parent_title"),
      link: [...row.querySelectorAll(SELECTORS.any_link)].map((link) => link.getAttribute("href")).find((href) => href.includes("/pd/")),
      finished: text(row, "finished_label"), left: text(row, "time_display"), heard: value(row, "meter", "aria-valuenow"),
      marks: [!!row.querySelector(SELECTORS.mark_finished), !!row.querySelector(SELECTORS.mark_unfinished)],
      is_finished: value(row, "is_finished_input", "value"),
    });
  }
  const marks = ["list", "signed_in", "sign_in", "captcha", "next_button"].map((name) => !!page.querySelector(SELECTORS[name]));
  const pages = [...page.querySelectorAll(SELECTORS.page_number)].map((one) => one.textContent);
  return { items, marks, pages };
}

function timed(work) {
  const begun = performance.now();
  const titles = work();
  return [performance.now() - begun, titles];
}

async function measure() {
  await init({ module_or_path: "extract_bg.wasm" });
  const times = { ours: [], theirs: [], titles: [], bytes: html.length };
  for (let round = 0; round < ROUNDS + WARM; round++) {
    const [ours, found] = timed(() => extract(html));
    const [theirs, seen] = timed(() => byTheBrowser(html).items.length);
    if (round < WARM) continue;
    times.ours.push(ours);
    times.theirs.push(theirs);
    times.titles = [found, seen];
  }
  return times;
}
measure().then((times) => (globalThis.measured = times), (error) => (globalThis.measured = { error: String(error) }));
