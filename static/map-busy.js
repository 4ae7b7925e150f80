/*
 * Whether a map is still at work: while it moves, waits to ask, or is being answered, its container has `data-busy`.
 */
(function () {
  "use strict";

  class Busy {
    constructor(map) {
      this.node = map.getContainer();
      this.reasons = new Set();
      map.on("movestart", () => this.set("moving", true));
      map.on("moveend", () => this.set("moving", false));
    }

    set(reason, isOn) {
      this.reasons[isOn ? "add" : "delete"](reason);
      this.node.toggleAttribute("data-busy", this.reasons.size > 0);
    }

    /* Several may be under way at once. */
    async during(work) {
      const reason = {};
      this.set(reason, true);
      try {
        return await work;
      } finally {
        this.set(reason, false);
      }
    }
  }

  window.portfolioMapBusy = { Busy };
})();
