/** The ticket form, inside the chat. */
import { h } from "../widget.js";
import { draft, newId } from "./conversation.js";
import { facts } from "./messages.js";

const NAMES = ["name", "phone", "email", "matter", "kind", "reply_needed"];
const INQUIRY = { id: "inquiry", label: "문의", fields: [] };

/** actions: submit(fields) → replies, submitted(replies), learn(matter) → { kind, days }, cancel() */
export class TicketForm {
  #actions;
  #config;
  #kind;
  #picked; // by hand
  #days;
  requestId = newId(); // the same for every try: a repeated one opens no second ticket

  constructor({ id, position, data = {} }, config, actions) {
    this.id = id;
    this.position = position;
    this.#actions = actions;
    this.#config = { kinds: [INQUIRY], ...config };
    this.#config.consent = data.consent ?? config.consent ?? {};
    this.#build();
    this.#fill(data);
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
    this.hint = h("p.hint");
    this.extra = h("div");
    this.summary = h("p.error", { role: "alert" });
    this.submit = h("button.primary", {}, "접수하기");
    const kinds = this.#config.kinds.map(({ id, label }) => h("option", { value: id }, label));
    this.form = h("form", { novalidate: true, onsubmit: (event) => this.#submit(event), oninput: () => this.#keep() },
      this.title,
      field("matter", "내용", { rows: "4", required: true, onchange: () => this.#learn() }, "textarea"),
      field("kind", "접수 종류", { onchange: () => this.#shape((this.#picked = true)) }, "select", kinds),
      this.hint,
      this.extra,
      field("name", "성함", { autocomplete: "name", maxlength: "50", required: true }),
      h("fieldset", {},
        h("legend", {}, "연락처", h("span.required", {}, " (둘 중 하나는 필수)")),
        field("phone", "전화번호", { type: "tel", autocomplete: "tel", placeholder: "예: 010-1234-5678" }),
        field("email", "전자우편", { type: "email", autocomplete: "email", placeholder: "예: hong@example.kr" })),
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
    const { purpose, items, retention, refusal, version } = this.#config.consent;
    return h("fieldset.consent", {},
      h("legend", {}, "개인정보 수집·이용 동의"),
      facts({ "목적": purpose, "항목": [items ?? []].flat().join(", "), "보유 기간": retention, "거부할 권리": refusal }),
      h("p.hint", {}, `동의서 판: ${version}`),
      choice("위 내용에 동의합니다 (필수)", { type: "checkbox", name: "consent", ...describedBy("consent") }),
      errorLine("consent"));
  }

  /** What is known, or what was typed before a reload; consent is given by hand each time. */
  #fill(known) {
    const kept = draft.get("form");
    const { facts, ...values } = kept?.id === this.id ? kept.values : known;
    this.#put({ kind: INQUIRY.id, ...values });
    this.#shape();
    this.#put(facts ?? {});
  }

  #put(values) {
    const { elements } = this.form;
    for (const [name, value] of Object.entries(values)) if (elements[name] && name !== "consent") elements[name].value = value;
  }

  #shape() {
    const { kinds } = this.#config;
    this.#kind = kinds.find(({ id }) => id === this.form.elements.kind.value) ?? INQUIRY;
    this.hint.textContent = this.#kind.hint ?? "";
    this.extra.replaceChildren(...this.#kind.fields.map(({ name, label, hint, shape }) =>
      shape === "slot"
        ? field(name, label, {}, "select", [h("option", { value: "" }, "담당자와 정하겠습니다"), ...(this.#days ?? []).map(dayOf)])
        : field(name, label, { type: shape, placeholder: hint })));
    if (!this.#days && this.#kind.fields.some(({ shape }) => shape === "slot")) this.#learn();
  }

  async #learn() {
    const { kind, days } = await this.#actions.learn(this.form.elements.matter.value).catch(() => ({}));
    if (!kind) return;
    this.#days = days;
    const { facts } = this.#values();
    if (!this.#picked) this.form.elements.kind.value = kind;
    this.#shape();
    this.#put(facts);
  }

  #values() {
    const valueOf = (name) => [name, this.form.elements[name].value.trim()];
    const facts = Object.fromEntries(this.#kind.fields.map(({ name }) => valueOf(name)));
    return { ...Object.fromEntries(NAMES.map(valueOf)), facts };
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
        consent_version: this.#config.consent.version,
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

  /** What is missing; what is wrong, the server tells. */
  #check({ phone, email }) {
    const errors = {};
    const { elements } = this.form;
    for (const { name, required, value } of elements) if (required && !value.trim()) errors[name] = "적어 주십시오.";
    if (!phone && this.#kind.phone) errors.phone = "회신받으실 전화번호를 적어 주십시오.";
    else if (!phone && !email) errors.phone = "전화번호나 전자우편 가운데 하나는 적어 주십시오.";
    if (!elements.consent.checked) errors.consent = `동의해 주셔야 접수할 수 있습니다. 원하지 않으시면 전화(${this.#config.phone})로 문의해 주십시오.`;
    return errors;
  }

  #refused({ message, fields }) {
    fields.consent = fields.consent_version;
    if (fields.slot) this.#learn();
    this.#tell(fields);
    this.summary.textContent ||= `${message} 적으신 내용은 그대로 있습니다. 잠시 뒤 다시 눌러 주십시오.`;
  }

  #tell(errors) {
    const wrong = [...this.form.querySelectorAll("[aria-describedby]")].filter((element) => {
      const error = errors[element.name] ?? "";
      element.setAttribute("aria-invalid", error !== "");
      this.form.querySelector(`#eungdae-${element.name}-error`).textContent = error;
      return error;
    });
    this.summary.textContent = wrong[0] ? `다시 확인하실 곳이 ${wrong.length}군데 있습니다.` : "";
    wrong[0]?.focus();
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
        "종류": this.#kind.label,
        "내용": matter,
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
const dayOf = ({ day, times }) =>
  h("optgroup", { label: day }, ...times.map(({ start, label }) => h("option", { value: start }, `${day} ${label}`)));

function field(name, label, attributes, tag = "input", content = []) {
  const id = `eungdae-${name}`;
  return h("div.field", {},
    h("label", { for: id }, label, attributes.required && h("span.required", {}, " (필수)")),
    h(tag, { id, name, ...describedBy(name), ...attributes }, content),
    errorLine(name));
}
