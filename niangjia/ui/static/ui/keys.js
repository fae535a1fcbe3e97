// Keyboard for lists: / goes to the search, j and k through the rows; Enter opens, as on any link.
(() => {
  "use strict";
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    if (event.key === "/") {
      const search = document.querySelector("[data-search]");
      if (!search) return;
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === "j" || event.key === "k") {
      const links = [...document.querySelectorAll("[data-rows] .row-link")];
      if (!links.length) return;
      const here = links.indexOf(document.activeElement);
      const next = here < 0 ? 0 : here + (event.key === "j" ? 1 : -1);
      links[Math.min(Math.max(next, 0), links.length - 1)].focus();
    }
  });
})();
