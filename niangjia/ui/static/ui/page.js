// What makes a page pleasanter where JavaScript runs; nothing depends on it.
(() => {
  "use strict";

  // A menu closes on Escape and on a tap elsewhere.
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  // A form is sent once, however often the finger falls.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    for (const button of form.querySelectorAll("button:not([type=button])")) button.setAttribute("aria-disabled", "true");
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
      for (const button of form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
    }
  });

  // A file that is dragged over its field is welcomed.
  for (const kind of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => {
      const zone = event.target instanceof Element && event.target.closest("[data-drop]");
      if (!zone) return;
      zone.classList.toggle("over", kind === "dragover");
      if (kind === "dragover") event.preventDefault();
      if (kind === "drop" && event.dataTransfer.files.length) {
        event.preventDefault();
        const field = zone.querySelector("input[type=file]");
        field.files = event.dataTransfer.files;
        field.dispatchEvent(new Event("change", { bubbles: true }));
      }
    });
  }

  // After a refused form, the summary of what is wrong has the focus.
  document.querySelector("[data-focus]")?.focus();

  // A table that is wider than its place can be scrolled by keyboard.
  const reachable = () => {
    for (const part of document.querySelectorAll(".table-scroll")) {
      if (part.scrollWidth > part.clientWidth) part.tabIndex = 0;
      else part.removeAttribute("tabindex");
    }
  };
  window.addEventListener("resize", reachable);
  reachable();
})();
