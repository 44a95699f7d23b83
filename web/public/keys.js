// Single-key shortcuts of the console. They do nothing while somebody types, and can be switched off.
//
// A page names what a key does there: `data-key="r"` on a field (gets the cursor), on a <details> (opens, its
// first field gets the cursor), or on a link or button (is clicked). A list names its rows: `data-row`, with
// the row's link as `data-open` and, where there is one, the button that takes it as `data-take`.

const SETTING = "eungdae-keys";
const enabled = () => localStorage.getItem(SETTING) !== "off";
const FIELDS = "input:not([type=hidden]), textarea, select";

// Under a Korean input method `key` is a jamo: the key itself counts then.
const letter = (event) => {
  if (/^[a-z0-9/?]$/i.test(event.key)) return event.key.toLowerCase();
  if (event.code === "Slash") return event.shiftKey ? "?" : "/";
  return event.code.startsWith("Key") ? event.code.slice(3).toLowerCase() : "";
};

// A field of a dialog that has just closed keeps the focus for one frame more.
const types = (target) => target.matches?.(`${FIELDS}, [contenteditable]`) && target.checkVisibility();
const links = () => [...document.querySelectorAll("[data-row] [data-open]")];
const row = () => document.activeElement?.closest?.("[data-row]");

const step = (by) => {
  const all = links();
  const at = all.indexOf(row()?.querySelector("[data-open]"));
  const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1)];
  next?.focus();
  next?.closest("[data-row]").scrollIntoView({ block: "nearest" });
};

const enter = (element) => {
  for (let fold = element.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  const field = element.matches(FIELDS) ? element : element.querySelector(FIELDS);
  (element.closest("section, details, form") ?? element).scrollIntoView({ block: "center" });
  field?.focus();
};

const act = (key) => {
  const own = [...document.querySelectorAll(`[data-key="${key}"]`)].find((one) => !one.disabled);
  if (!own) return false;
  if (own.matches(`${FIELDS}, details`)) enter(own); else own.click();
  return true;
};

const open = (anchor) => {
  const link = row()?.querySelector("[data-open]");
  if (link) location.assign(`${link.getAttribute("href")}#${anchor}`);
};

const dialog = document.getElementById("keys");
const help = () => {
  dialog.querySelector("[data-keys-on]").checked = enabled();
  dialog.showModal();
};

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  r: () => act("r") || open("reply"),
  t: () => act("t") || open("transfer"),
  a: () => { const take = row()?.querySelector("[data-take]"); if (take) take.click(); else act("a"); },
  "/": () => act("/") || location.assign("/staff/search"),
  "?": help,
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || event.isComposing) return;
  if (types(event.target) || dialog?.open || !dialog || !enabled()) return;
  const key = letter(event);
  const does = KEYS[key] ?? (() => act(key));
  if (!key || (!KEYS[key] && !document.querySelector(`[data-key="${key}"]`))) return;
  event.preventDefault();
  does();
});

dialog?.addEventListener("change", (event) => {
  if (event.target.matches("[data-keys-on]")) localStorage.setItem(SETTING, event.target.checked ? "on" : "off");
});
document.querySelector("[data-keys-open]")?.addEventListener("click", help);

// A list sends people to the reply or the transfer of a ticket: there the cursor waits in the field.
const arrived = { "#reply": "r", "#transfer": "t" }[location.hash];
// After the browser's own jump to the place, which takes the cursor away.
if (arrived) addEventListener("load", () => setTimeout(() => act(arrived)));

// A choice that shows another list is sent as soon as it is made.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
});
