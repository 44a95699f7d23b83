/** The ticket form, inside the chat. */
import { h } from "../widget.js";
import { draft, newId } from "./conversation.js";
import { facts, lengthOf, LONGEST } from "./messages.js";

const PHONE = /^(\+?82[1-9]|0)\d{8,10}$|^1[568]\d{6}$/;
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const CHECKED = ["name", "phone", "email", "matter", "consent"];

/** actions: submit(fields) → replies, submitted(replies), cancel(), phone (of the foundation, if known). */
export class TicketForm {
  #actions;
  #consent;
  requestId = newId(); // the same for every try: a repeated one opens no second ticket

  constructor({ id, position, data = {} }, consent, actions) {
    this.id = id;
    this.position = position;
    this.#actions = actions;
    this.#consent = data.consent ?? consent ?? {};
    this.#build();
    this.#fill(data.matter);
  }

  focus() {
    this.title.focus();
  }

  close() {
    if (this.form.isConnected) this.#become(h("p.hint", {}, "마친 양식입니다."));
  }

  #become(...content) {
    if (draft.get("form")?.id === this.id) draft.set("form", null);
    this.element.replaceChildren(...content);
  }

  #build() {
    this.title = h("h3", { tabindex: "-1" }, "문의 접수");
    this.summary = h("p.error", { role: "alert" });
    this.submit = h("button.primary", {}, "접수하기");
    this.form = h("form", { novalidate: true, onsubmit: (event) => this.#submit(event), oninput: () => this.#keep() },
      this.title,
      field("name", "성함", { autocomplete: "name", maxlength: "50", required: true }),
      h("fieldset", {},
        h("legend", {}, "연락처", h("span.required", {}, " (둘 중 하나는 필수)")),
        field("phone", "전화번호", { type: "tel", autocomplete: "tel", placeholder: "예: 010-1234-5678" }),
        field("email", "전자우편", { type: "email", autocomplete: "email", placeholder: "예: hong@example.kr" })),
      field("matter", "문의 내용", { rows: "4", required: true }, "textarea"),
      h("fieldset", {},
        h("legend", {}, "답변을 받으시겠습니까?"),
        h("div.radios", {},
          choice("네, 받겠습니다", { type: "radio", name: "reply_needed", value: "yes", checked: true }),
          choice("아니요, 전달만", { type: "radio", name: "reply_needed", value: "no" }))),
      this.#agreement(),
      this.summary,
      h("div.actions", {},
        this.submit,
        h("button", { type: "button", onclick: () => this.#cancel() }, "취소")),
    );
    // Not read out as a whole: the focus goes to its heading instead.
    this.element = h("section.card", { "aria-label": "문의 접수", "aria-live": "off" }, this.form);
  }

  #agreement() {
    const { purpose, items, retention, refusal, version } = this.#consent;
    return h("fieldset.consent", {},
      h("legend", {}, "개인정보 수집·이용 동의"),
      facts({ "목적": purpose, "항목": [items ?? []].flat().join(", "), "보유 기간": retention, "거부할 권리": refusal }),
      version && h("p.hint", {}, `동의서 판: ${version}`),
      choice("위 내용에 동의합니다 (필수)", { type: "checkbox", name: "consent", ...describedBy("consent") }),
      errorLine("consent"));
  }

  /** Brings back what was typed before a reload; consent is given by hand each time. */
  #fill(matter) {
    const kept = draft.get("form");
    const values = kept?.id === this.id ? kept.values : { matter: matter ?? "" };
    for (const [name, value] of Object.entries(values)) this.form.elements[name].value = value;
  }

  #values() {
    const names = ["name", "phone", "email", "matter", "reply_needed"];
    return Object.fromEntries(names.map((name) => [name, this.form.elements[name].value.trim()]));
  }

  #keep() {
    draft.set("form", { id: this.id, values: this.#values() });
  }

  async #submit(event) {
    event.preventDefault();
    const values = this.#values();
    const errors = this.#check(values);
    this.#tell(errors);
    if (this.busy || Object.keys(errors).length) return;
    this.#setBusy(true);
    try {
      const replies = await this.#actions.submit({
        ...values,
        id: this.requestId,
        phone: values.phone || undefined,
        email: values.email || undefined,
        reply_needed: values.reply_needed === "yes",
        consent_version: this.#consent.version,
      });
      this.#done(values);
      this.#actions.submitted(replies);
    } catch (error) {
      if (error.status === undefined) throw error;
      this.#refused(error);
    } finally {
      this.#setBusy(false);
    }
  }

  #check({ name, phone, email, matter }) {
    const errors = {};
    if (!name) errors.name = "성함을 적어 주십시오.";
    if (!phone && !email) errors.phone = "전화번호나 전자우편 가운데 하나는 적어 주십시오.";
    if (phone && !PHONE.test(phone.replace(/[\s().-]/g, ""))) errors.phone = "전화번호를 다시 확인해 주십시오.\n예: 010-1234-5678";
    if (email && !EMAIL.test(email)) errors.email = "전자우편 주소를 다시 확인해 주십시오.\n예: hong@example.kr";
    if (!matter) errors.matter = "문의하실 내용을 적어 주십시오.";
    if (lengthOf(matter) > LONGEST) errors.matter = "문의 내용은 2,000자까지 적으실 수 있습니다.";
    if (!this.form.elements.consent.checked) errors.consent = this.#consentHint();
    return errors;
  }

  #consentHint() {
    const { phone } = this.#actions;
    return "동의해 주셔야 접수할 수 있습니다." + (phone ? ` 원하지 않으시면 전화(${phone})로 문의해 주십시오.` : "");
  }

  #refused({ message, fields: { contact, consent_version, ...fields } }) {
    if (contact) fields.phone ??= contact;
    if (consent_version) fields.consent = consent_version;
    this.#tell(fields);
    this.summary.textContent ||= `${message} 적으신 내용은 그대로 있습니다. 잠시 뒤 다시 눌러 주십시오.`;
  }

  #tell(errors) {
    const wrong = CHECKED.filter((name) => errors[name]);
    for (const name of CHECKED) {
      this.form.elements[name].setAttribute("aria-invalid", wrong.includes(name));
      this.form.querySelector(`#eungdae-${name}-error`).textContent = errors[name] ?? "";
    }
    this.summary.textContent = wrong.length ? `다시 확인하실 곳이 ${wrong.length}군데 있습니다.` : "";
    if (wrong.length) this.form.elements[wrong[0]].focus();
  }

  #setBusy(yes) {
    this.busy = yes;
    this.submit.setAttribute("aria-disabled", yes);
    this.submit.textContent = yes ? "접수하는 중…" : "접수하기";
  }

  #done({ name, phone, email, matter, reply_needed }) {
    this.#become(
      h("h3", {}, "보내신 내용"),
      facts({
        "성함": name,
        "연락처": [phone, email].filter(Boolean).join("\n"),
        "문의 내용": matter,
        "답변": reply_needed === "yes" ? "받음" : "받지 않음",
      }));
  }

  #cancel() {
    this.close();
    this.#actions.cancel();
  }
}

const describedBy = (name) => ({ "aria-describedby": `eungdae-${name}-error` });
const errorLine = (name) => h("p.error", { id: `eungdae-${name}-error` });
const choice = (label, attributes) => h("label.choice", {}, h("input", attributes), label);

function field(name, label, attributes, tag = "input") {
  const id = `eungdae-${name}`;
  return h("div.field", {},
    h("label", { for: id }, label, attributes.required && h("span.required", {}, " (필수)")),
    h(tag, { id, name, ...describedBy(name), ...attributes }),
    errorLine(name));
}
