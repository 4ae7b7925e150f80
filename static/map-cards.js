/*
 * What a map says when a pin is opened: the card of a project, and that of the projects without a place.
 */
(function () {
  "use strict";

  const { element, link } = window.portfolioMapElements;
  const { LIGHT_MARKS } = window.portfolioMapPins;

  function accuracyWords(project, words, radii) {
    const sentence = words[project.accuracy] || "";
    const radius = radii[project.accuracy];
    return radius ? `${sentence}（${words.radius.replace("{m}", radius.toLocaleString("zh-CN"))}）` : sentence;
  }

  function factList(facts) {
    const list = element("dl", "map-card-facts");
    facts.forEach(({ label, value }) => list.append(element("dt", "", label), element("dd", "", value)));
    return list;
  }

  function fillCard(card, project, words) {
    const name = element("p", "map-card-name");
    name.append(link(project.name, project.url));
    const facts = [project.level, project.nature, project.stage || words.stage_unknown, project.status];
    card.replaceChildren(name, element("p", "", facts.filter(Boolean).join(" · ")));
    if (project.remark) card.append(element("p", "", project.remark));
    if (project.light.key !== "none") card.append(element("p", "", `${LIGHT_MARKS[project.light.key]} ${project.light.label}：${project.light.reason}`));
    card.append(element("p", "map-card-note", project.accuracy_words));
    if (project.facts.length) card.append(factList(project.facts));
    if (project.citation) card.append(element("p", "map-card-note", words.citation + project.citation));
    if (project.place_url) card.appendChild(element("p")).append(link(words.place, project.place_url));
  }

  function unlocatedCard(unlocated, words) {
    const card = element("div", "map-card");
    card.append(element("p", "map-card-name", unlocated.label));
    card.append(element("p", "map-card-note", words.unlocated_hint));
    const items = (unlocated.items || []).slice(0, 8);
    if (items.length) {
      const list = card.appendChild(element("ul"));
      items.forEach((item) => list.appendChild(element("li")).append(link(item.name, item.url)));
    }
    card.appendChild(element("p")).append(link(words.unlocated_more, unlocated.url));
    return card;
  }

  function popupOptions(map) {
    const maxWidth = Math.min(320, map.getSize().x - 70);
    return { minWidth: 220, maxWidth, autoPanPaddingTopLeft: [12, 56], autoPanPaddingBottomRight: [12, 12] };
  }

  /* Whoever opens a card by keyboard goes on in it, and comes back to its pin. */
  function enterPopup(popup, words) {
    const close = popup.getElement().querySelector(".leaflet-popup-close-button");
    if (close) {
      close.title = words.close;
      close.setAttribute("aria-label", words.close);
    }
    const source = popup._source && popup._source.getElement && popup._source.getElement();
    const first = popup.getElement().querySelector(".map-card a[href]");
    if (source && first && document.activeElement === source) first.focus({ preventScroll: true });
  }

  function leavePopup(popup) {
    const source = popup._source && popup._source.getElement && popup._source.getElement();
    const node = popup.getElement();
    if (source && node && node.contains(document.activeElement)) source.focus({ preventScroll: true });
  }

  window.portfolioMapCards = { accuracyWords, enterPopup, fillCard, leavePopup, popupOptions, unlocatedCard };
})();
