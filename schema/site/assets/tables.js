/* A table that is wider than the page scrolls; with this it also does so from the keyboard. */
(function () {
  "use strict";

  function reachable() {
    for (const each of document.querySelectorAll(".md-typeset__scrollwrap, .md-typeset pre > code")) {
      if (each.scrollWidth > each.clientWidth) {
        each.tabIndex = 0;
        if (each.tagName !== "CODE") {
          each.setAttribute("role", "region");
          each.setAttribute("aria-label", "Table");
        }
      }
    }
  }

  window.addEventListener("load", () => setTimeout(reachable, 50));
  window.addEventListener("resize", reachable);
})();
