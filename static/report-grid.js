/*
 * The grid of reports (templates/reports/fill.html): moves like a spreadsheet, takes blocks pasted from Excel, undoes,
 * saves drafts by itself and keeps a copy on this computer of what the server has not confirmed yet. All checks are the
 * server's; its answer for each row is {outcome, sentence, version, state, label, open, errors, theirs}.
 */
"use strict";

(() => {
  const form = document.querySelector("form[data-grid]");
  if (!form) return;

  const SAVE_AFTER_MS = 1500;
  const STILL_TYPING_MS = 5000;
  const RETRY_AFTER_MS = 15000;
  const words = form.dataset;
  const storageKey = `portfolio-reports:${words.person}:${location.pathname}`;
  const rows = [...form.querySelectorAll("tr[data-code]")];
  const fields = [...form.querySelectorAll("thead th[id]")].map((head) => head.id.replace("head-", ""));
  const status = form.querySelector("[data-status]");
  const waiting = new Map(); // row → how often it has changed, for the rows that the server has not confirmed
  const undone = [];
  const done = [];
  let editing = false;
  let clicked = null;
  let timer = null;
  let sending = false;

  const say = (text, isWrong = false) => {
    status.textContent = text;
    status.classList.toggle("grid-status--wrong", isWrong);
  };
  const fill = (text, values) => Object.entries(values).reduce((sum, [name, value]) => sum.replace(`{${name}}`, value), text);
  const cellOf = (row, field) => row.querySelector(`[data-field="${field}"]`);
  const part = (row, name) => form.elements[`${row.dataset.code}-${name}`];
  const isOpen = (row) => Boolean(part(row, "version"));

  // --- a copy on this computer -----------------------------------------------------------------------------------------

  const read = () => {
    try {
      return JSON.parse(localStorage.getItem(storageKey)) || null;
    } catch {
      return null;
    }
  };

  const keep = () => {
    const kept = {};
    waiting.forEach((_times, row) => {
      kept[row.dataset.code] = Object.fromEntries(fields.map((field) => [field, cellOf(row, field).value]));
    });
    try {
      if (waiting.size) localStorage.setItem(storageKey, JSON.stringify({ at: new Date().toLocaleString("zh-CN"), rows: kept }));
      else localStorage.removeItem(storageKey);
    } catch { /* a browser that keeps nothing still saves drafts on the server */ }
  };

  const touch = (row) => {
    waiting.set(row, (waiting.get(row) || 0) + 1);
    row.dataset.waiting = "";
    part(row, "touched").value = "1";
    keep();
  };

  const offerKept = () => {
    const kept = read();
    const bar = document.querySelector("[data-kept]:not(form)");
    const codes = kept ? rows.filter((row) => isOpen(row) && kept.rows[row.dataset.code]) : [];
    const differ = codes.filter((row) => fields.some((field) => kept.rows[row.dataset.code][field] !== cellOf(row, field).value));
    if (!differ.length) return;
    bar.querySelector("[data-kept-text]").textContent = fill(words.kept, { count: differ.length, at: kept.at });
    bar.hidden = false;
    bar.querySelector("[data-restore]").addEventListener("click", () => {
      bar.hidden = true;
      change(differ.flatMap((row) => fields.map((field) => [cellOf(row, field), kept.rows[row.dataset.code][field]])));
    });
    bar.querySelector("[data-discard]").addEventListener("click", () => {
      bar.hidden = true;
      localStorage.removeItem(storageKey);
    });
  };

  // --- changing cells, and taking it back ------------------------------------------------------------------------------

  const put = (cell, value) => {
    cell.value = value;
    cell.dataset.was = value;
    touch(cell.closest("tr"));
  };

  const change = (pairs) => {
    const steps = pairs.filter(([cell, value]) => cell.value !== value).map(([cell, value]) => [cell, cell.dataset.was ?? cell.value, value]);
    if (!steps.length) return;
    steps.forEach(([cell, , value]) => put(cell, value));
    done.push(steps);
    undone.length = 0;
    saveSoon();
  };

  const commit = (cell) => {
    editing = false;
    const was = cell.dataset.was ?? cell.value;
    if (was === cell.value) return;
    done.push([[cell, was, cell.value]]);
    undone.length = 0;
    cell.dataset.was = cell.value;
    touch(cell.closest("tr"));
    saveSoon();
  };

  const step = (from, to, side, text) => {
    const steps = from.pop();
    if (!steps) return;
    to.push(steps);
    const standing = steps.filter(([cell]) => cell.isConnected && !cell.readOnly);
    standing.forEach((one) => put(one[0], one[side]));
    if (standing.length) enter(standing[0][0]);
    say(text);
    saveSoon();
  };

  // --- moving ----------------------------------------------------------------------------------------------------------

  const enter = (cell) => {
    if (!cell) return;
    cell.focus();
    cell.select();
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  };

  const move = (cell, down, right) => {
    commit(cell);
    const column = fields.indexOf(cell.dataset.field) + right;
    if (column < 0 || column >= fields.length) return;
    let place = rows.indexOf(cell.closest("tr")) + down;
    while (rows[place] && !cellOf(rows[place], fields[column])) place += down || 1;
    if (rows[place]) enter(cellOf(rows[place], fields[column]));
  };

  const edge = (cell, isLast) => {
    commit(cell);
    const open = rows.filter((row) => cellOf(row, cell.dataset.field));
    enter(cellOf(open[isLast ? open.length - 1 : 0], cell.dataset.field));
  };

  const restore = (cell) => {
    cell.value = cell.dataset.was ?? cell.value;
    editing = false;
    cell.select();
    keep();
  };

  const breakLine = (cell) => {
    if (cell.tagName !== "TEXTAREA") return;
    cell.setRangeText("\n", cell.selectionStart, cell.selectionEnd, "end");
    cell.dispatchEvent(new Event("input", { bubbles: true }));
  };

  const arrows = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

  const withControl = (event, cell) => {
    const key = event.key.toLowerCase();
    const known = {
      z: () => (editing ? restore(cell) : event.shiftKey ? step(undone, done, 2, words.redone) : step(done, undone, 1, words.undone)),
      y: () => { if (!editing) step(undone, done, 2, words.redone); },
      s: () => { commit(cell); send("save"); },
      enter: () => { commit(cell); send("submit"); },
      home: () => edge(cell, false),
      end: () => edge(cell, true),
    }[key];
    if (!known) return;
    event.preventDefault();
    known();
  };

  const press = (event) => {
    const cell = event.target.closest("[data-field]");
    if (!cell || event.isComposing) return;
    if (event.ctrlKey || event.metaKey) {
      withControl(event, cell);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (event.altKey) breakLine(cell);
      else move(cell, event.shiftKey ? -1 : 1, 0);
    } else if (event.key === "Escape") {
      event.preventDefault();
      restore(cell);
    } else if (event.key === "F2") {
      event.preventDefault();
      editing = true;
      cell.setSelectionRange(cell.value.length, cell.value.length);
    } else if (event.key === "Delete" && !editing) {
      event.preventDefault();
      change([[cell, ""]]);
    } else if (arrows[event.key] && !event.altKey && !event.shiftKey) {
      const isAlong = arrows[event.key][0] === 0 || cell.value.includes("\n");
      if (editing && isAlong) return;
      event.preventDefault();
      move(cell, ...arrows[event.key]);
    }
  };

  // --- pasting a block -------------------------------------------------------------------------------------------------

  const blockOf = (text) => {
    const block = [[""]];
    let quoted = false;
    const source = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
    for (let at = 0; at < source.length; at += 1) {
      const line = block[block.length - 1];
      const char = source[at];
      if (quoted && char === '"' && source[at + 1] === '"') { line[line.length - 1] += '"'; at += 1; }
      else if (char === '"' && (quoted || line[line.length - 1] === "")) quoted = !quoted;
      else if (char === "\t" && !quoted) line.push("");
      else if (char === "\n" && !quoted) block.push([""]);
      else line[line.length - 1] += char;
    }
    return block;
  };

  const paste = (event) => {
    const cell = event.target.closest("[data-field]");
    const text = event.clipboardData.getData("text/plain");
    if (!cell || editing || !/[\t\n]/.test(text.replace(/\r?\n$/, ""))) return;
    event.preventDefault();
    const top = rows.indexOf(cell.closest("tr"));
    const left = fields.indexOf(cell.dataset.field);
    const all = blockOf(text).flatMap((line, down) => line.map((value, right) => {
      const row = rows[top + down];
      return [row && fields[left + right] ? cellOf(row, fields[left + right]) : null, value.trim()];
    }));
    const taken = all.filter(([target]) => target);
    change(taken);
    const leftOut = all.length - taken.length;
    say(fill(words.pasted, { count: taken.length }) + (leftOut ? fill(words.leftOut, { count: leftOut }) : ""), leftOut > 0);
  };

  // --- saving ----------------------------------------------------------------------------------------------------------

  const saveSoon = (wait = SAVE_AFTER_MS) => {
    clearTimeout(timer);
    timer = setTimeout(() => send("save", null, true), wait);
  };

  const chosenRows = (act, only, isAutomatic) => rows.filter((row) => {
    if (!isOpen(row)) return false;
    if (only) return row.dataset.code === only;
    if (isAutomatic && "conflict" in row.dataset) return false; // a colleague's words are overwritten by a person only
    return waiting.has(row) || (act === "submit" && row.dataset.state === "draft");
  });

  const bodyOf = (act, only, chosen) => {
    const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value, act: only ? `${act} ${only}` : act });
    chosen.forEach((row) => ["version", "touched", ...fields].forEach((name) => body.set(`${row.dataset.code}-${name}`, part(row, name).value)));
    return body;
  };

  const send = async (act, only = null, isAutomatic = false) => {
    clearTimeout(timer);
    if (sending) { timer = setTimeout(() => send(act, only, isAutomatic), 200); return; }
    const chosen = chosenRows(act, only, isAutomatic);
    if (!chosen.length) { if (!isAutomatic) say(words.nothing); return; }
    const times = new Map(chosen.map((row) => [row, waiting.get(row)]));
    sending = true;
    say(words.saving);
    try {
      const response = await fetch(form.action, { method: "POST", headers: { Accept: "application/json" }, credentials: "same-origin", body: bodyOf(act, only, chosen) });
      if (response.redirected || response.status === 400 || response.status === 401) say(fill(words.signedOut, { count: waiting.size }), true);
      else if (!response.ok) throw new Error(`HTTP ${response.status}`);
      else take((await response.json()).rows, times, isAutomatic);
    } catch {
      chosen.forEach((row) => { if (!waiting.has(row)) touch(row); });
      say(fill(words.offline, { count: waiting.size }), true);
      timer = setTimeout(() => send("save", null, true), RETRY_AFTER_MS);
    } finally {
      sending = false;
    }
  };

  const take = (answers, times, isAutomatic) => {
    const outcomes = { saved: 0, submitted: 0, refused: 0, stale: 0 };
    times.forEach((was, row) => {
      const answer = answers[row.dataset.code];
      if (!answer) return;
      outcomes[answer.outcome] += 1;
      showAnswer(row, answer, waiting.get(row) === was);
    });
    keep();
    const wrong = outcomes.refused + outcomes.stale;
    const sentences = [
      outcomes.submitted ? fill(words.sent, { count: outcomes.submitted }) : "",
      outcomes.saved ? fill(words.saved, { count: outcomes.saved }) : "",
      wrong ? fill(words.wrong, { count: wrong }) : "",
    ].filter(Boolean);
    say(sentences.join("；"), wrong > 0);
    if (wrong && !isAutomatic) enter(form.querySelector("[aria-invalid=true]"));
    if ([...waiting.keys()].some((row) => !times.has(row) || times.get(row) !== waiting.get(row))) saveSoon();
  };

  const showAnswer = (row, answer, isLatest) => {
    row.className = `grid-row--${answer.outcome}`;
    row.dataset.state = answer.state;
    row.querySelector("[data-state-label]").textContent = answer.label;
    showLine(row.querySelector("[data-sentence]"), answer.sentence);
    part(row, "version").value = answer.version;
    if (answer.outcome === "stale") row.dataset.conflict = "";
    else delete row.dataset.conflict;
    fields.forEach((field) => showCell(cellOf(row, field), answer.errors[field], answer.theirs[field]));
    if (isLatest && ["saved", "submitted"].includes(answer.outcome)) {
      waiting.delete(row);
      delete row.dataset.waiting;
      part(row, "touched").value = "";
    }
    if (!answer.open) lock(row);
  };

  const showLine = (line, text) => {
    line.textContent = text || "";
    line.hidden = !text;
  };

  const showCell = (cell, error, stored) => {
    if (error) cell.setAttribute("aria-invalid", "true");
    else cell.removeAttribute("aria-invalid");
    showLine(document.getElementById(`${cell.id}-wrong`), error);
    showLine(document.getElementById(`${cell.id}-theirs`), stored === undefined ? "" : words.theirs + (stored || words.empty));
  };

  const lock = (row) => {
    fields.forEach((field) => {
      const cell = cellOf(row, field);
      const text = document.createElement("span");
      text.className = "grid-text";
      text.textContent = cell.value || "—";
      cell.replaceWith(text);
    });
    part(row, "version").remove();
    part(row, "touched").remove();
    row.querySelectorAll(".grid-act button").forEach((button) => button.remove());
  };

  // --- wiring ----------------------------------------------------------------------------------------------------------

  form.addEventListener("focusin", (event) => {
    const cell = event.target.closest("[data-field]");
    if (!cell) return;
    cell.dataset.was ??= cell.value;
    editing = false;
    cell.select();
  });
  form.addEventListener("focusout", (event) => { if (event.target.dataset.field) commit(event.target); });
  form.addEventListener("mousedown", (event) => {
    clicked = event.target === document.activeElement ? null : event.target;
    if (!clicked) editing = true; // a second click sets the caret
  });
  form.addEventListener("mouseup", (event) => {
    if (event.target === clicked && clicked.dataset.field && clicked.selectionStart === clicked.selectionEnd) clicked.select();
    clicked = null;
  });
  form.addEventListener("input", (event) => {
    if (!event.target.dataset.field) return;
    editing = true;
    say(words.waiting);
    touch(event.target.closest("tr"));
    saveSoon(STILL_TYPING_MS);
  });
  form.addEventListener("keydown", press);
  form.addEventListener("paste", paste);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const [act, only] = (event.submitter ? event.submitter.value : "save").split(" ");
    if (document.activeElement.dataset.field) commit(document.activeElement);
    send(act, only);
  });
  window.addEventListener("online", () => { if (waiting.size) send("save", null, true); });

  document.querySelectorAll("[data-needs-script]").forEach((part_) => { part_.hidden = false; });
  rows.filter(isOpen).forEach((row) => fields.forEach((field) => { cellOf(row, field).dataset.was = cellOf(row, field).value; }));
  offerKept();
})();
