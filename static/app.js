// Small conveniences. Every page works, and every form can be sent, without them.
"use strict";

(() => {
  const words = document.body.dataset;

  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }

  for (const form of document.querySelectorAll("form[data-autosubmit]")) {
    form.addEventListener("change", (event) => {
      // belts, lines and towns belong to one district: another one has none of them
      if (event.target.name === "district") for (const zone of form.querySelectorAll("[name=belt], [name=line], [name=town]")) zone.value = "";
      if (!event.target.matches("input[type=text], input[type=search]")) form.requestSubmit();
    });
  }

  // --- a long filter is folded on a phone (the style sheet hides it at small widths only) ---

  for (const form of document.querySelectorAll("form.filters")) {
    if (form.querySelectorAll(".field").length < 5) continue;
    const fold = document.createElement("button");
    fold.type = "button";
    fold.className = "button fold";
    fold.textContent = words.filters;
    const set = (isFolded) => {
      form.classList.toggle("is-folded", isFolded);
      fold.setAttribute("aria-expanded", String(!isFolded));
    };
    fold.addEventListener("click", () => set(!form.classList.contains("is-folded")));
    const search = form.querySelector(".field--search");
    if (search) search.after(fold);
    else form.prepend(fold);
    set(true);
  }

  // --- ask before an action that cannot be taken back ---

  const make = (name, classes, text) => {
    const element = document.createElement(name);
    element.className = classes;
    element.textContent = text;
    return element;
  };

  const ask = (form, submitter) => {
    const dialog = make("dialog", "dialog", "");
    const row = make("div", "dialog-row", "");
    const yes = make("button", "button button--main", submitter ? submitter.textContent.trim() : words.yes);
    const no = make("button", "button", words.cancel);
    yes.addEventListener("click", () => {
      form.dataset.confirmed = "yes";
      dialog.close();
      form.requestSubmit(submitter);
    });
    no.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => dialog.remove());
    row.append(yes, no);
    dialog.append(make("p", "", form.dataset.confirm), row);
    document.body.append(dialog);
    dialog.showModal();
    no.focus();
  };

  // --- sending: ask first, send once ---

  let sent = new WeakSet();
  const changed = new Set();

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.confirm && !form.dataset.confirmed) {
      event.preventDefault();
      ask(form, event.submitter);
    } else if (form.method === "post" && sent.has(form)) {
      event.preventDefault();
    } else {
      sent.add(form);
      changed.delete(form);
    }
  });

  window.addEventListener("pageshow", () => {
    sent = new WeakSet();
  });

  // --- a choice from which other answers follow fills them in ---

  for (const select of document.querySelectorAll("select[data-fills]")) {
    select.addEventListener("change", () => {
      const follows = select.selectedOptions[0].dataset;
      for (const name of select.dataset.fills.split(" ")) {
        if (name in follows) select.form.elements[name].value = follows[name];
      }
    });
  }

  // --- leaving a form with unsaved answers ---

  for (const form of document.querySelectorAll("form[data-guard]")) {
    form.addEventListener("input", () => changed.add(form));
  }

  window.addEventListener("beforeunload", (event) => {
    if (changed.size) event.preventDefault();
  });

  // --- keyboard ---

  const closeMenus = (target) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(target)) menu.open = false;
    }
  };

  document.addEventListener("click", (event) => closeMenus(event.target));

  document.addEventListener("keydown", (event) => {
    const search = document.querySelector("[data-search]");
    const isTyping = event.target.closest("input, select, textarea, [contenteditable]");
    if (event.key === "Escape") {
      const menu = event.target.closest("details.menu[open]");
      if (menu) menu.querySelector("summary").focus();
      closeMenus(null);
    } else if (event.key === "/" && search && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      search.focus();
      search.select();
    }
  });

  // --- what is wrong with a form is read first, each error leads to its field ---

  for (const summary of document.querySelectorAll("[data-focus]")) {
    summary.focus();
    summary.addEventListener("click", (event) => {
      const link = event.target.closest("a[href^='#']");
      const field = link && document.getElementById(link.hash.slice(1));
      if (field) {
        event.preventDefault();
        field.focus();
        field.scrollIntoView({ block: "center" });
      }
    });
  }

  // --- what must stand on one sheet (its width and height in CSS pixels) is made smaller until it does ---

  const sheet = document.querySelector("[data-one-sheet]");
  if (sheet) {
    const [width, height] = sheet.dataset.oneSheet.split(" ").map(Number);
    const root = document.documentElement;
    window.addEventListener("beforeprint", () => {
      root.classList.add("is-printing");
      let zoom = 1.05;
      do {
        zoom -= 0.05;
        sheet.style.width = `${width / zoom}px`;
      } while (zoom > 0.3 && sheet.scrollHeight * zoom > height);
      sheet.style.zoom = zoom;
    });
    window.addEventListener("afterprint", () => {
      root.classList.remove("is-printing");
      sheet.style.width = "";
      sheet.style.zoom = "";
    });
  }

  // --- a wall display reads its figures anew, in seconds; while it is looked at closely (a menu, a field) it waits ---

  const wall = document.querySelector("[data-reload-every]");
  if (wall) {
    window.setInterval(() => {
      const isBusy = document.querySelector("details.menu[open]") || document.activeElement.closest("input, select");
      if (!isBusy) window.location.reload();
    }, Number(wall.dataset.reloadEvery) * 1000);
  }
})();
