/*
 * The page of wall maps: the preview follows the choice, and a download says that it is being drawn.
 * Without it the buttons of the form do the same by themselves.
 */
(function () {
  "use strict";

  const RETRIES = 30;
  const form = document.querySelector("[data-wall]");
  const preview = document.querySelector("[data-wall-preview]");
  const status = document.querySelector("[data-wall-status]");
  const buttons = [...form.querySelectorAll("[data-draw]")];
  const query = () => new URLSearchParams(new FormData(form));
  const wait = (seconds) => new Promise((go) => { window.setTimeout(go, seconds * 1000); });

  function say(sentence) {
    status.textContent = sentence;
  }

  /* Only one sheet is drawn at a time: the server says when to come again. */
  async function fetchSheet(url) {
    for (let turn = 0; turn < RETRIES; turn += 1) {
      const response = await fetch(url, { credentials: "same-origin" });
      if (response.status !== 503) return response;
      await wait(Number(response.headers.get("Retry-After")) || 2);
    }
    throw new Error(form.dataset.failed);
  }

  function save(blob, response) {
    const named = /filename\*=UTF-8''([^;]+)/.exec(response.headers.get("Content-Disposition") || "");
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = named ? decodeURIComponent(named[1]) : "";
    link.click();
    window.setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  }

  async function download(button) {
    const url = `${button.getAttribute("formaction")}?${query()}`;
    const response = await fetchSheet(url);
    if (!response.ok) {
      window.location.assign(url);  // the page that says what is wrong
      return;
    }
    save(await response.blob(), response);
  }

  let turns = 0;

  function showPreview() {
    say(form.dataset.busy);
    preview.setAttribute("aria-busy", "true");
    preview.src = `${preview.dataset.wallPreview}?${query()}`;
  }

  preview.addEventListener("load", () => {
    turns = 0;
    say("");
    preview.removeAttribute("aria-busy");
  });

  preview.addEventListener("error", async () => {
    turns += 1;
    if (turns > RETRIES) {
      say(form.dataset.failed);
      return;
    }
    await wait(2);
    showPreview();
  });

  form.querySelector("[data-refresh]").hidden = true;
  form.addEventListener("change", () => {
    window.history.replaceState(null, "", `?${query()}`);
    showPreview();
  });

  buttons.forEach((button) => button.addEventListener("click", async (event) => {
    event.preventDefault();
    say(form.dataset.busy);
    buttons.forEach((one) => { one.disabled = true; });
    try {
      await download(button);
      say("");
    } catch (error) {
      say(form.dataset.failed);
    }
    buttons.forEach((one) => { one.disabled = false; });
  }));
})();
