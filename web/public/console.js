// What htmx can't do for the staff console. No dependencies; works page by page.

const log = () => document.querySelector("[data-log]");
const toEnd = () => { const box = log(); if (box) box.scrollTop = box.scrollHeight; };

// Ctrl+Enter (or Cmd+Enter) in a text area, or anywhere in a form with one, sends the form.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
  if (!event.target.form?.querySelector("textarea")) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});

// A second click must not send a second reply. Forms that htmx sends are guarded by hx-disabled-elt.
document.addEventListener("submit", (event) => {
  // A download leaves its page standing: it may be asked for again.
  if (event.defaultPrevented || event.target.matches("[hx-post], [data-downloads]")) return;
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
});

// The newest message is in view, unless the reader has scrolled up to read.
let atEnd = true;
document.addEventListener("htmx:beforeSwap", () => {
  const box = log();
  atEnd = !box || box.scrollHeight - box.scrollTop - box.clientHeight < 80;
});
document.addEventListener("htmx:afterSettle", () => { if (atEnd) toEnd(); });
document.addEventListener("DOMContentLoaded", toEnd);
document.addEventListener("DOMContentLoaded", () => {
  const box = log();
  if (!box) return;
  box.addEventListener("scroll", () => { atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 80; });
  // What opens below the log takes room from it.
  new ResizeObserver(() => { if (atEnd) toEnd(); }).observe(box);
});

// What was said has arrived: empty the field and keep the cursor in it.
document.addEventListener("said", (event) => {
  const field = event.target.querySelector?.("[data-say]");
  if (field) { field.value = ""; field.focus(); }
});

// The connection is gone: say so, until it is back.
const alerts = document.getElementById("alerts");
const lost = "서버에 연결되지 않습니다. 자동으로 다시 연결하고 있습니다.";
document.addEventListener("htmx:sendError", () => { if (alerts) alerts.textContent = lost; });
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful && alerts && alerts.textContent === lost) alerts.textContent = "";
});

// A warning two minutes before an idle session ends. What a page asks by itself is no activity.
const idle = document.querySelector("[data-idle]");
if (idle) {
  let last = Date.now();
  const limit = (Number(idle.dataset.idle) - 2) * 60000;
  const show = () => { idle.hidden = Date.now() - last < limit; };
  document.addEventListener("htmx:afterRequest", (event) => {
    const byItself = /\/live(\?|$)/.test(event.detail.requestConfig.path);
    if (event.detail.successful && !byItself) { last = Date.now(); show(); }
  });
  setInterval(show, 5000);
}

// An open menu closes with Esc, and when something else gets the attention.
const menu = document.querySelector("[data-menu]");
if (menu) {
  const leave = (event) => { if (!menu.contains(event.target)) menu.open = false; };
  document.addEventListener("click", leave);
  document.addEventListener("focusin", leave);
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}
