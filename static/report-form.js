/*
 * The page of one report (templates/reports/report.html): saves a draft by itself, and keeps a copy on this device of
 * what the server has not confirmed yet. Leaving the page is never a loss.
 */
"use strict";

(() => {
  // --- a photo that is too large is not sent at all -------------------------------------------------------------------

  const photos = document.querySelector("form[data-photo]");
  if (photos) {
    photos.addEventListener("submit", (event) => {
      const file = photos.elements.photo.files[0];
      const wrong = photos.querySelector("[data-photo-wrong]");
      wrong.hidden = !file || file.size <= Number(photos.dataset.most);
      wrong.textContent = wrong.hidden ? "" : photos.dataset.tooLarge;
      if (!wrong.hidden) {
        event.preventDefault();
        event.stopPropagation();
      }
    });
  }

  const form = document.querySelector("form[data-report]");
  if (!form) return;

  const SAVE_AFTER_MS = 3000;
  const RETRY_AFTER_MS = 15000;
  const words = form.dataset;
  const storageKey = `portfolio-report:${words.person}:${location.pathname}`;
  const status = form.querySelector("[data-status]");
  const inputs = [...form.elements].filter((one) => one.matches("textarea, input:not([type=hidden])"));
  let timer = null;
  let changes = 0;

  const values = () => Object.fromEntries(inputs.map((input) => [input.name, input.value]));
  const keep = () => { try { localStorage.setItem(storageKey, JSON.stringify(values())); } catch { /* drafts are saved on the server all the same */ } };
  const forget = () => { try { localStorage.removeItem(storageKey); } catch { /* nothing was kept */ } };

  const read = () => {
    try {
      return JSON.parse(localStorage.getItem(storageKey));
    } catch {
      return null;
    }
  };

  const say = (text) => { status.textContent = text; };

  const saveSoon = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(save, wait);
  };

  const changed = () => {
    changes += 1;
    form.elements.touched.value = "1";
    keep();
    saveSoon(SAVE_AFTER_MS);
  };

  const save = async () => {
    const sent = changes;
    const body = new URLSearchParams(new FormData(form));
    body.set("act", "save");
    try {
      const response = await fetch(form.action, { method: "POST", headers: { Accept: "application/json" }, credentials: "same-origin", body });
      if (response.redirected || response.status === 400 || response.status === 401) { say(words.signedOut); return; }
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      take(await response.json(), sent);
    } catch {
      say(words.offline);
      saveSoon(RETRY_AFTER_MS);
    }
  };

  const take = (answer, sent) => {
    if (answer.outcome !== "saved") {
      say(words.wrong + [...Object.values(answer.errors), ...(Object.keys(answer.errors).length ? [] : [answer.sentence])].join("；"));
      return;
    }
    form.elements.version.value = answer.version;
    say(words.saved);
    if (sent === changes) forget();
    else saveSoon(SAVE_AFTER_MS);
  };

  const kept = read();
  if (kept && inputs.some((input) => kept[input.name] !== undefined && kept[input.name] !== input.value)) {
    const bar = document.querySelector("[data-kept]");
    bar.hidden = false;
    bar.querySelector("[data-restore]").addEventListener("click", () => {
      bar.hidden = true;
      inputs.forEach((input) => { input.value = kept[input.name] ?? input.value; });
      changed();
    });
    bar.querySelector("[data-discard]").addEventListener("click", () => { bar.hidden = true; forget(); });
  }

  form.addEventListener("input", changed);
  form.addEventListener("submit", () => { clearTimeout(timer); });
  window.addEventListener("online", () => { if (changes) save(); });
})();
