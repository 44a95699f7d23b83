// What htmx can't do where replies are written: words put in at the cursor, and folds that save room on a phone.

const draft = () => document.querySelector("[data-draft]");

// A suggestion stands apart from what is there already; a placeholder stands where the cursor is.
const insert = (text, inline) => {
  const field = draft();
  if (!field || !text) return;
  const before = field.value.slice(0, field.selectionStart);
  const apart = inline || !before || before.endsWith("\n") ? "" : "\n\n";
  field.setRangeText(apart + text, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert]");
  if (button) insert(button.dataset.insert, "inline" in button.dataset);
});

document.addEventListener("change", (event) => {
  const { target } = event;
  if (target.matches("[data-insert-from]")) {
    insert(target.value, false);
    target.selectedIndex = 0;
  }
  // Choosing another department says that it is another one.
  if (target.matches("[data-picks]")) document.getElementById(target.dataset.picks).checked = true;
  // A file ticked or unticked changes what the citizen will see.
  if (target.matches("[name=attachments]")) document.body.dispatchEvent(new Event("files"));
});

// Too large a file isn't sent at all: the server would only refuse it after minutes.
document.addEventListener("change", (event) => {
  const { target } = event;
  if (!target.matches("input[type=file][data-largest]")) return;
  const large = [...target.files].some((file) => file.size > Number(target.dataset.largest));
  target.setCustomValidity(large ? "파일이 너무 큽니다. 10MB까지 올리실 수 있습니다." : "");
  if (!large) return;
  event.stopPropagation();
  target.reportValidity();
  target.value = "";
}, true);

// While somebody types, a suggestion's number goes with Alt.
document.addEventListener("keydown", (event) => {
  if (!event.altKey || event.ctrlKey || event.metaKey || !/^Digit[1-9]$/.test(event.code)) return;
  const button = document.querySelector(`[data-insert][data-key="${event.code.slice(5)}"]`);
  if (!button) return;
  event.preventDefault();
  button.click();
});

if (matchMedia("(max-width: 760px)").matches) {
  for (const details of document.querySelectorAll("details[data-fold]")) {
    details.open = Boolean(details.querySelector("details[open][id]")) || location.hash === `#${details.id}`;
  }
}
