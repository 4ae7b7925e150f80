/*
 * What stands on a map for one project, for several, and for those without a place.
 */
(function () {
  "use strict";

  const { element } = window.portfolioMapElements;
  const STAGES = new Set([
    "reserve", "proposal", "feasibility", "design", "tender", "started", "foundation", "structure",
    "topped_out", "finishing", "accepted", "in_use", "final_account",
  ]);
  const LIGHT_MARKS = { green: "●", amber: "▲", red: "■", none: "○" };

  function pinClasses(project, colour) {
    const classes = ["pin"];
    if (colour === "stage") classes.push(STAGES.has(project.stage) ? `pin--${project.stage}` : "pin--unknown");
    else classes.push(`pin--${colour}-${project[colour]}`);
    if (project.accuracy !== "site") classes.push("pin--approx");
    if (colour === "stage" && project.status !== "active") classes.push(`pin--${project.status}`);
    return classes.join(" ");
  }

  function markOf(project, colour, letters) {
    return colour === "light" ? LIGHT_MARKS[project.light] : letters[project.level];
  }

  /* The ring's arcs are as long as the classes are many, in the legend's order. */
  function clusterRing(cluster, size, colour, terms) {
    const make = (tag) => document.createElementNS("http://www.w3.org/2000/svg", tag);
    const ring = make("svg");
    ring.setAttribute("viewBox", "0 0 42 42");
    ring.setAttribute("width", size);
    ring.setAttribute("height", size);
    ring.setAttribute("aria-hidden", "true");
    const order = Object.keys({ ...terms, ...cluster.classes });
    let start = 25;
    order.filter((key) => cluster.classes[key]).forEach((key) => {
      const share = (100 * cluster.classes[key]) / cluster.count;
      const arc = ring.appendChild(make("circle"));
      Object.entries({ cx: 21, cy: 21, r: 15.9155, "stroke-dasharray": `${share} ${100 - share}`, "stroke-dashoffset": start })
        .forEach(([name, value]) => arc.setAttribute(name, value));
      arc.setAttribute("class", `arc arc--${colour === "stage" ? key : `${colour}-${key}`}`);
      start -= share;
    });
    return ring;
  }

  function pinNode(project, colour, letters) {
    return element("span", pinClasses(project, colour), markOf(project, colour, letters));
  }

  function clusterNode(cluster, colour, terms) {
    const size = Math.round(30 + 8 * Math.log10(cluster.count));
    const node = element("span", "cluster");
    node.style.setProperty("--size", `${size}px`);
    node.append(clusterRing(cluster, size, colour, terms), element("span", "", String(cluster.count)));
    return { node, size };
  }

  window.portfolioMapPins = { pinNode, clusterNode, LIGHT_MARKS };
})();
