/** The window of the chat: puts the parts together. */
import { h, icon } from "../widget.js";
import { Api, Conversation, draft } from "./conversation.js";
import { TicketForm } from "./form.js";
import { lengthOf, Log, LONGEST, telephone, withSubjectParticle } from "./messages.js";
import { sheet } from "./styles.js";

const AT_WORK = "상담 도우미가 안내해 드립니다";
const CANCEL = { label: "취소", payload: "stop" };
const QUICK = [
  { label: "담당자 찾기", payload: "find_staff" },
  { label: "접수번호로 조회", payload: "check_ticket" },
  { label: "상담원 연결", payload: "handoff" },
];
const phoneSized = matchMedia("(max-width: 480px)");
const canHover = matchMedia("(hover: hover)");

export class Panel {
  #host;
  #api;
  #log;
  #composer;
  #conversation;
  #config = {};
  #form;
  #unread = 0;
  #live = false; // history is back
  #ready;

  #title = h("strong", {}, "상담");
  #presence = h("span.presence", { role: "status" }, AT_WORK);
  #call = h("span");
  #greeting = h("h2", {}, "무엇을 도와드릴까요?");
  #suggestions = h("div.chips", { role: "group", "aria-label": "자주 찾는 질문" });
  #notice = h("p.notice", { role: "status", hidden: true });

  constructor(host) {
    this.#host = host;
    this.#api = new Api(host.api);
    this.#log = new Log({
      onPress: (button) => this.#press(button),
      onRetry: (item) => this.#conversation.retry(item),
      onEdit: (item) => this.#edit(item),
      form: (message) => this.#openForm(message),
    });
    this.#composer = new Composer((text) => this.#conversation.say(text), () => this.#conversation.typing());
    this.#conversation = new Conversation(this.#api, this.#log, this);
    this.#build();
  }

  open(question) {
    this.#appear();
    this.#composer.changed();
    this.#composer.input.focus();
    this.#log.scrollToEnd();
    this.#unread = 0;
    this.#conversation.markSeen();
    this.#ready ??= this.#begin();
    if (question) this.#ready.then(() => this.#conversation.say(question));
  }

  close() {
    this.dialog.close();
    this.#host.closed();
  }

  async #begin() {
    await Promise.all([this.#loadConfig(), this.#conversation.begin()]);
    this.#live = true;
    this.#log.list.setAttribute("aria-live", "polite");
    this.#log.scrollToEnd();
  }

  async #loadConfig() {
    this.#config = await this.#api.config().catch(() => ({})); // works without
    const { name, phone, greeting, suggestions = [] } = this.#config;
    if (name) this.#title.textContent = name;
    if (greeting) this.#greeting.textContent = greeting;
    if (phone) {
      const handset = icon("M6 4h3l2 4-2 2a12 12 0 0 0 5 5l2-2 4 2v3a2 2 0 0 1-2 2A16 16 0 0 1 4 6a2 2 0 0 1 2-2Z");
      const call = telephone(phone, handset, h("span.sr", {}, `전화 걸기 ${phone}`));
      call.className = "icon";
      this.#call.append(call);
    }
    this.#suggestions.append(...this.#buttons(suggestions.map((label) => ({ label }))));
  }

  #buttons(entries) {
    return entries.map((entry) => h("button", { type: "button", onclick: () => this.#press(entry) }, entry.label));
  }

  #build() {
    const scroller = h("div.scroller", { tabindex: "-1" },
      h("div.start", {},
        this.#greeting,
        h("p.hint", {}, "주민등록번호나 카드번호 같은 개인정보는 대화창에 적지 말아 주십시오."),
        this.#suggestions),
      this.#log.list,
      this.#log.typing,
      h("div.quick", { role: "group", "aria-label": "바로 가기" }, this.#log.newer, ...this.#buttons(QUICK)));
    this.#log.attach(scroller);
    this.dialog = h("dialog", {
      lang: "ko", "aria-label": "상담창", onkeydown: (event) => this.#key(event), oncancel: (event) => this.#leave(event),
    },
      h("header", { role: "none" },
        h("div", {}, this.#title, this.#presence),
        this.#call,
        h("button.icon", { type: "button", "aria-label": "상담창 닫기", title: "닫기", onclick: () => this.close() },
          icon("M6 6l12 12M18 6L6 18"))),
      scroller,
      this.#notice,
      this.#composer.element);
    this.#host.shadowRoot.adoptedStyleSheets.push(sheet);
    this.#host.shadowRoot.append(this.dialog);
    phoneSized.addEventListener("change", () => this.dialog.open && (this.dialog.close(), this.#appear()));
    for (const event of ["resize", "scroll"]) window.visualViewport?.addEventListener(event, () => this.#fit());
  }

  /** On a phone the chat covers the page, so the page must be out of reach. */
  #appear() {
    if (this.dialog.open) return;
    if (phoneSized.matches) this.dialog.showModal();
    else this.dialog.show();
    this.#fit();
  }

  // The on-screen keyboard covers a page without resizing it.
  #fit() {
    const { height = innerHeight, offsetTop = 0 } = window.visualViewport ?? {};
    this.dialog.style.setProperty("--visible-height", `${height}px`);
    this.dialog.style.setProperty("--visible-top", `${offsetTop}px`);
  }

  #key(event) {
    if (event.key === "Escape" && !event.isComposing) this.#leave(event);
  }

  #leave(event) {
    event.preventDefault();
    event.stopPropagation();
    this.close();
  }

  show(said) {
    // The form itself shows what was handed in with it.
    const messages = said.filter(({ id }) => !id || id !== this.#form?.requestId);
    this.#log.show(messages);
    for (const message of messages) this.#closeForm(message);
    if (this.dialog.open) this.#conversation.markSeen();
    else this.#host.showUnread((this.#unread += messages.filter(({ author }) => author !== "citizen").length));
    if (this.#live && messages.some(({ kind }) => kind === "form")) this.#form.focus();
  }

  #press({ label, payload }) {
    // On a touch screen the keyboard must not jump up after a button.
    (canHover.matches ? this.#composer.input : this.#log.scroller).focus();
    this.#conversation.say(label, payload);
  }

  #edit(item) {
    this.#conversation.settle(item);
    this.#composer.restore(item.text);
  }

  #openForm(message) {
    this.#form?.close();
    this.#form = new TicketForm(message, this.#config, {
      learn: (matter) => this.#api.call("POST", "matter", { matter }),
      submit: (fields) => this.#conversation.openTicket(fields),
      submitted: (replies) => this.#submitted(replies),
      cancel: () => this.#press(CANCEL),
    });
    return this.#form.element;
  }

  #submitted(replies) {
    this.#conversation.take(replies);
    this.#log.scrollToEnd();
    [...this.#log.list.querySelectorAll(".receipt")].at(-1)?.focus();
  }

  /** In a restored history too, what follows a form tells whether it is done. */
  #closeForm({ kind, author, text, position }) {
    if (!(position > this.#form?.position)) return;
    if (kind === "ticket" || (author === "citizen" && text === CANCEL.label)) this.#form.close();
  }

  meet(person) {
    const { name, title = "", department } = person ?? {};
    const text = person ? `${name} ${title} · ${withSubjectParticle(department)} 상담하고 있습니다` : AT_WORK;
    this.#presence.classList.toggle("live", Boolean(person));
    if (this.#presence.textContent !== text) this.#presence.textContent = text; // said once
  }

  tell(text) {
    if (this.#notice.dataset.text === text) return;
    const { phone } = this.#config;
    this.#notice.dataset.text = text;
    this.#notice.hidden = !text;
    this.#notice.replaceChildren(text, ...(text && phone ? [" 급하시면 전화해 주십시오: ", telephone(phone)] : []));
  }
}

class Composer {
  #onSend;
  #composing = false;

  constructor(onSend, onType) {
    this.#onSend = onSend;
    this.input = h("textarea", {
      id: "eungdae-input", rows: "1", placeholder: "궁금하신 내용을 적어 주십시오", enterkeyhint: "send",
      "aria-describedby": "eungdae-count", oninput: () => (this.changed(), onType()), onkeydown: (event) => this.#key(event),
      oncompositionstart: () => (this.#composing = true), oncompositionend: () => (this.#composing = false),
    });
    this.input.value = draft.get("text") ?? "";
    this.count = h("p.hint.count", { id: "eungdae-count" });
    this.button = h("button.send", { "aria-label": "보내기", title: "보내기" }, icon("M5 12h14M13 6l6 6-6 6"));
    this.element = h("form.composer", { onsubmit: (event) => this.#submit(event) },
      h("label.sr", { for: "eungdae-input" }, "메시지 입력"),
      this.count,
      h("div.line", {}, this.input, this.button));
  }

  restore(text) {
    this.input.value = [text, this.input.value].filter(Boolean).join("\n");
    this.changed();
    this.input.focus();
  }

  /** Enter sends, Shift+Enter breaks the line. While a Korean syllable is being composed, Enter belongs to it. */
  #key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.element.requestSubmit();
  }

  #submit(event) {
    event.preventDefault();
    if (this.#composing) this.input.blur(); // ends the composition, else its last syllable stays behind
    const text = this.input.value.trim();
    if (text && lengthOf(text) <= LONGEST) {
      this.input.value = "";
      this.#onSend(text);
    }
    this.changed();
    this.input.focus();
  }

  changed() {
    const { input } = this;
    const length = lengthOf(input.value.trim());
    const over = Math.max(0, length - LONGEST);
    this.count.textContent = `${length} / ${LONGEST}자${over ? ` · ${over}자를 줄여 주십시오.` : ""}`;
    this.count.hidden = length < 0.9 * LONGEST;
    input.setAttribute("aria-invalid", over > 0);
    this.button.setAttribute("aria-disabled", !length || over > 0);
    draft.set("text", input.value || null);
    input.style.height = "auto";
    if (input.scrollHeight) input.style.height = `${input.scrollHeight}px`; // 0 while the panel is closed
  }
}
