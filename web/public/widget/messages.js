/** The list of messages: each once, in order, with only the latest buttons alive. */
import { h, icon } from "../widget.js";

const NEAR_END_PX = 80;

export class Log {
  #handlers;
  #pending = new Map(); // id → element of a message that the server doesn't have yet

  /** handlers: onPress(button), onRetry(item), onEdit(item), form(message) → element. */
  constructor(handlers) {
    this.#handlers = handlers;
    // Not live until the history is back: only what is new should be read out.
    this.list = h("div.log", { role: "log", "aria-live": "off", "aria-label": "상담 내용" });
    this.typing = h("div.typing", { "aria-hidden": "true", hidden: true }, h("i"), h("i"), h("i"));
    this.newer = h("button.primary", { type: "button", hidden: true, onclick: () => this.scrollToEnd() }, "새 메시지 ↓");
  }

  attach(scroller) {
    this.scroller = scroller;
    let following = true;
    scroller.addEventListener("scroll", () => {
      following = this.atEnd;
      this.newer.hidden ||= following;
    });
    // The keyboard, a notice or a longer header takes room: who was at the end stays there.
    new ResizeObserver(() => following && this.scrollToEnd()).observe(scroller);
  }

  get atEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
  }

  scrollToEnd() {
    this.newer.hidden = true;
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  show(messages) {
    const follow = this.atEnd || messages.some(({ author }) => author === "citizen");
    const elements = messages.map((message) => this.#place(message));
    this.#tidy();
    if (follow) this.#scrollTo(elements.find(({ dataset }) => dataset.author !== "citizen"));
    else this.newer.hidden = false;
  }

  pending(item) {
    const element = pendingBubble(item, this.#handlers);
    const known = this.#pending.get(item.id);
    this.#pending.set(item.id, element);
    if (known) known.replaceWith(element);
    else this.list.append(element);
    this.#tidy();
    this.scrollToEnd();
  }

  settled({ id }) {
    this.#pending.get(id)?.remove();
    this.#pending.delete(id);
  }

  showTyping(yes) {
    const follow = this.atEnd;
    this.typing.hidden = !yes;
    if (follow) this.scrollToEnd();
  }

  retire() {
    disable(this.list.querySelectorAll(".buttons button"));
  }

  #place(message) {
    const element = bubble(message, this.#handlers);
    element.dataset.position = message.position;
    element.classList.toggle("quiet", this.#pending.has(message.id)); // it stands here already
    this.settled(message);
    const next = [...this.list.children].find(({ dataset }) => !(dataset.position < message.position));
    this.list.insertBefore(element, next ?? null);
    return element;
  }

  #tidy() {
    const elements = [...this.list.children];
    const lastAnswered = elements.findLastIndex(({ dataset }) => dataset.author === "citizen");
    let today;
    elements.forEach((element, index) => {
      const { day = today } = element.dataset;
      const turn = (other) => signer(other) !== signer(element);
      element.classList.toggle("new-day", day !== today);
      element.classList.toggle("first", day !== today || turn(elements[index - 1]));
      element.classList.toggle("last", turn(elements[index + 1]));
      today = day;
      if (index < lastAnswered && !element.matches(".staff, .is-status")) disable(element.querySelectorAll(".buttons button"));
    });
  }

  /** To the end, but a long answer is read from its top. */
  #scrollTo(element) {
    this.scrollToEnd();
    if (!element) return;
    const above = element.getBoundingClientRect().top - this.scroller.getBoundingClientRect().top;
    if (above < 0) this.scroller.scrollTop += above - 8;
  }
}

/** Colleagues sign each for themselves: after a transfer it is another department. */
const signer = (one) => one?.querySelector(".who, .sr").textContent;

function disable(buttons) {
  for (const button of buttons) button.disabled = true;
}

const NAMES = { citizen: "나", bot: "상담 도우미", system: "안내", staff: "담당자" };

function message(author, kind, ...parts) {
  const element = h(`article.message.${author}.is-${kind}`, {}, ...parts);
  element.dataset.author = author;
  return element;
}

function bubble(said, { onPress, form }) {
  const { author, kind, at, text, data, person, buttons = [] } = said;
  const element = message(author, kind,
    h("p.day", {}, dayName(at)),
    signature(author, person),
    kind === "ticket" && data?.number ? receipt(data) : words(text, kind === "answer" && data?.department),
    data?.files?.map(({ name, href }) => download(href, name)),
    kind === "form" && author === "bot" && form(said),
    buttons.length > 0 && buttonRow(buttons.map((button) => [button.label, () => onPress(button)])),
    h("time", { datetime: at }, clock.format(new Date(at))),
  );
  element.dataset.day = element.firstChild.textContent;
  return element;
}

function pendingBubble(item, { onRetry, onEdit }) {
  const actions = [["고쳐 쓰기", () => onEdit(item)], ["다시 보내기", () => onRetry(item)]];
  const state = item.refused
    ? h("div.refusal", { role: "alert" }, h("p", {}, item.refused), buttonRow(actions, "actions"))
    : h("p.hint", {}, "보내는 중…");
  return message("citizen", "pending", signature("citizen"), words(item.text), state);
}

/** A person signs; who else speaks is told to those who don't see the sides. */
function signature(author, person) {
  if (!person) return h("p.sr", {}, NAMES[author]);
  const { name, title, department, phone } = person;
  return h("p.who", {},
    h("strong", {}, [name, title].filter(Boolean).join(" ")),
    department && ` · ${department}`,
    phone && [" · ", telephone(phone)]);
}

function words(text, department) {
  return h("div.words", {},
    h("p", {}, ...linked(text)),
    department && h("p.owner", {},
      h("span", {}, "담당 ", h("b", {}, department.name)),
      department.phone && telephone(department.phone)));
}

function buttonRow(entries, name = "buttons") {
  return h(`div.${name}`, {}, ...entries.map(([label, onclick]) => h("button", { type: "button", onclick }, label)));
}

function receipt({ number, kind, department, person, phone, promised_on, reply_needed, promise, appointment, calendar }) {
  return h("section.card.receipt", { tabindex: "-1", "aria-label": "접수 결과" },
    h("h3", {}, icon("M5 12l5 5L19 7"), "접수되었습니다"),
    h("p.number", {}, "접수번호 ", h("strong", {}, number)),
    facts({
      "종류": kind,
      "상담 시간": appointment,
      "담당 부서": department,
      "담당자": person,
      "전화": phone && telephone(phone),
      [reply_needed ? "답변 예정" : "처리 예정"]: promised_on && `${dayName(promised_on)}까지`,
    }),
    promise && h("p.hint", {}, promise),
    calendar && download(calendar, "내 일정에 담기 (.ics)"));
}

function download(href, name) {
  return h("p.file", {}, h("a", { href: new URL(href, import.meta.url), download: "" }, `↓ ${name}`));
}

export function facts(entries) {
  const rows = Object.entries(entries).filter(([, value]) => value);
  return h("dl.facts", {}, ...rows.map(([term, value]) => h("div", {}, h("dt", {}, term), h("dd", {}, value))));
}

// A telephone number never stands inside a longer one: a ticket's number must not become a call.
// A web address ends where Korean letters begin ("alio.go.kr에서").
const LINKS = new RegExp(
  [
    String.raw`(?<mail>[\w.+-]+@[\w-]+\.[\w.-]*\w)`,
    String.raw`(?<web>(?:https?://|www\.|[\w.-]+\.(?:go|or|co|re|ac)\.kr)[!-~]*)`,
    String.raw`(?<![\d-])(?:(?:\+82-\d{1,2}|0\d{1,3})-\d{3,4}|1[568]\d\d)-\d{4}(?![\d-])`,
  ].join("|"),
  "gi",
);

function linked(text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(LINKS)) {
    const found = match.groups.web ? match[0].replace(/[^\w/]+$/, "") : match[0];
    parts.push(text.slice(end, match.index), link(found, match.groups));
    end = match.index + found.length;
  }
  return [...parts, text.slice(end)];
}

function link(found, { mail, web }) {
  if (mail) return h("a", { href: `mailto:${found}` }, found);
  if (!web) return telephone(found);
  const href = /^http/i.test(found) ? found : `https://${found}`;
  return h("a", { href, target: "_blank", rel: "noopener noreferrer" }, found, h("span.sr", {}, " (새 창)"));
}

export function telephone(number, ...content) {
  return h("a.tel", { href: `tel:${number.replace(/[^\d+]/g, "")}` }, ...(content.length ? content : [number]));
}

/** "고객지원팀" → "고객지원팀이", "안내센터" → "안내센터가". */
export function withSubjectParticle(word) {
  const syllable = word.charCodeAt(word.length - 1) - 0xac00;
  return word + (syllable >= 0 && syllable < 11172 && syllable % 28 ? "이" : "가");
}

const inSeoul = (format) => new Intl.DateTimeFormat("ko-KR", { timeZone: "Asia/Seoul", ...format });
const clock = inSeoul({ timeStyle: "short" });
const calendar = inSeoul({ dateStyle: "full" });
const dayName = (iso) => calendar.format(new Date(iso));

/** As the server counts: an emoji is one character. */
export const LONGEST = 2000;
export const lengthOf = (text) => [...text].length;
