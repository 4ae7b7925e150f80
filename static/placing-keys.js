/*
 * Single keys of the queue of projects without a place: n next, p previous, 1 to 9 take a suggestion, / find a name, s save.
 * They can be switched off, and that is remembered in this browser.
 */
(function () {
  "use strict";

  const REMEMBERED = "portfolio-placing-keys";
  const bar = document.querySelector("[data-shortcuts]");
  if (!bar) return;
  const box = bar.querySelector("[data-shortcuts-on]");
  bar.hidden = false;
  box.checked = window.localStorage.getItem(REMEMBERED) !== "off";
  box.addEventListener("change", () => window.localStorage.setItem(REMEMBERED, box.checked ? "on" : "off"));

  const find = (selector) => document.querySelector(selector);
  const acts = {
    n: () => find("[data-queue-next]"),
    p: () => find("[data-queue-previous]"),
    s: () => find("[data-save]"),
  };

  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("input:not([type=checkbox]), select, textarea, dialog");
    if (!box.checked || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    const suggestion = /^[1-9]$/.test(event.key) && document.querySelectorAll("[data-suggestion]")[Number(event.key) - 1];
    const node = suggestion || (acts[event.key] && acts[event.key]());
    if (node) {
      event.preventDefault();
      node.click();
    } else if (event.key === "/") {
      event.preventDefault();
      find("[data-place-name]").focus();
    }
  });
})();
