/*
 * Elements of a map, made of plain text: whatever a person typed is only ever set as text, and links lead to http only.
 */
(function () {
  "use strict";

  function element(tag, className, text) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text) node.textContent = text;
    return node;
  }

  function link(text, url) {
    const node = element("a", "", text);
    const target = new URL(url || "#", document.baseURI);
    if (target.protocol === "http:" || target.protocol === "https:") node.href = target.href;
    return node;
  }

  window.portfolioMapElements = { element, link };
})();
