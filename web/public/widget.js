/**
 * Eungdae's chat: <script type="module" src="/static/widget.js"></script>, data-api: another address than /api/chat.
 * The page's buttons open it too: data-eungdae-open, data-eungdae-ask="question".
 * The rest (widget/) is fetched when a hand reaches for the button. Bytes are counted, so comments are few.
 */
const SVG = "http://www.w3.org/2000/svg";
const ICON = "M4 3h16v13h-7l-5 5v-5H4ZM8 8h8M8 11.5h5";

const sheet = new CSSStyleSheet();
// Nothing of the page's styles may come in, not even its !important.
sheet.replaceSync(`
:host { all: initial !important; color-scheme: light dark !important; }
:host {
  --primary: #256ef4; --primary-strong: #0b50d0; --primary-soft: #ecf2fe; --primary-line: #86aff9;
  --surface: #fff; --sunken: #f4f5f6; --line: #cdd1d5; --field-line: #6d7882;
  --text: #1e2124; --muted: #58616a; --link: #0b50d0; --danger: #bd2c0f; --danger-soft: #fdefec; --ok: #267337;
  --shadow: 0 8px 32px #03163a33, 0 1px 4px #03163a29;
  --font: "Pretendard GOV", "Noto Sans KR", sans-serif;
}
@media (prefers-color-scheme: dark) {
  :host {
    --primary-soft: #0d2350; --primary-line: #4c87f6;
    --surface: #1e2124; --sunken: #33363d; --line: #58616a; --field-line: #8a949e;
    --text: #f4f5f6; --muted: #cdd1d5; --link: #a9c7fb; --danger: #ffab9c; --danger-soft: #4a1b12; --ok: #8fd19e;
    --shadow: 0 8px 32px #0009;
  }
}
.launcher {
  position: fixed; z-index: 2147483000;
  right: max(20px, env(safe-area-inset-right)); bottom: max(20px, env(safe-area-inset-bottom));
  display: flex; align-items: center; gap: 8px; min-height: 56px; padding: 0 22px 0 18px;
  border: 0; border-radius: 28px; background: var(--primary); color: #fff; cursor: pointer; box-shadow: var(--shadow);
  font: 700 17px/1 var(--font);
}
.launcher:hover { background: var(--primary-strong); }
.launcher:focus-visible { outline: 3px solid var(--primary); outline-offset: 3px; box-shadow: 0 0 0 3px #fff; }
.launcher[hidden] { display: none; }
.launcher svg { width: 26px; fill: none; stroke: currentColor; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.unread { padding: 5px 9px; border-radius: 12px; background: #fff; color: #0b50d0; font-size: 14px; }
.unread:empty { display: none; }
@media (forced-colors: active) { .launcher { border: 2px solid; } }
`);

class EungdaeWidget extends HTMLElement {
  #button;
  #unread;
  #panel;

  connectedCallback() {
    if (this.shadowRoot) return;
    this.attachShadow({ mode: "open" }).adoptedStyleSheets = [sheet];
    this.#build();
    // Who wrote earlier learns of a reply without opening.
    if (wroteEarlier()) this.#lookForReplies().catch(() => {});
  }

  get api() {
    return new URL(`${this.dataset.api ?? "/api/chat"}/`, import.meta.url).href.replace(/\/+$/, "/");
  }

  async open(question) {
    try {
      this.#panel ??= import("./widget/panel.js").then(({ Panel }) => new Panel(this));
      (await this.#panel).open(question);
      this.#button.hidden = true;
      this.showUnread(0);
    } catch (error) {
      this.#panel = undefined;
      this.#unread.textContent = "연결이 원활하지 않습니다. 다시 눌러 주십시오.";
      console.error(error);
    }
  }

  closed() {
    this.#button.hidden = false;
    this.#button.focus();
  }

  showUnread(count) {
    this.#unread.textContent = count ? `새 답변 ${count}` : "";
  }

  #build() {
    this.#unread = h("span.unread", { role: "status" });
    const behaviour = { type: "button", lang: "ko", "aria-haspopup": "dialog", onclick: () => this.open() };
    this.#button = h("button.launcher", behaviour, icon(ICON), "상담하기", this.#unread);
    for (const hint of ["pointerenter", "focus"]) {
      this.#button.addEventListener(hint, () => import("./widget/panel.js").catch(() => {}), { once: true });
    }
    this.shadowRoot.append(this.#button);
  }

  async #lookForReplies() {
    const { Api } = await import("./widget/conversation.js");
    const count = await new Api(this.api).unread();
    if (!this.#button.hidden) this.showUnread(count);
  }
}

function wroteEarlier() {
  try {
    return "eungdae.session" in localStorage;
  } catch {
    return false;
  }
}

/** h("button.primary", { onclick }, "글", child). Text stays text; false, null and undefined are left out. */
export function h(name, props = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  const element = document.createElement(tag);
  if (classes[0]) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(props)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value || value === "") element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat().filter(Boolean));
  return element;
}

export function icon(path) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.append(document.createElementNS(SVG, "path"));
  svg.firstChild.setAttribute("d", path);
  return svg;
}

function install() {
  const script = [...document.scripts].find(({ src }) => src === import.meta.url);
  const widget = document.createElement("eungdae-widget");
  Object.assign(widget.dataset, script?.dataset);
  document.body.append(widget);
  document.addEventListener("click", ({ target }) => {
    const opener = target.closest("[data-eungdae-open], [data-eungdae-ask]");
    if (opener) widget.open(opener.dataset.eungdaeAsk);
  });
}

if (!customElements.get("eungdae-widget")) {
  customElements.define("eungdae-widget", EungdaeWidget);
  install();
}
