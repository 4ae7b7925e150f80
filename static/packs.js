// A pack that is being made: the page says how far it has come, and shows it when it is there.
"use strict";

(() => {
  const place = document.querySelector("[data-progress]");
  if (!place) return;
  const words = place.querySelector("[data-words]");

  const ask = async () => {
    try {
      const response = await fetch(place.dataset.progress, { headers: { Accept: "application/json" } });
      if (!response.ok) return;
      const answer = await response.json();
      if (answer.over) {
        window.location.reload();
        return;
      }
      if (words.textContent !== answer.words) words.textContent = answer.words;
    } catch {
      // the network is away for a moment: the next question may be answered
    }
    window.setTimeout(ask, 1000);
  };

  window.setTimeout(ask, 700);
})();
