/** The conversation without its looks, and its ways to the server. */
const PATIENCE_MS = 15_000;
const REPLY_PATIENCE_MS = 8_000;
const ACK_MS = 8_000;
const POLL_MS = 4_000;
const LONGEST_PAUSE_S = 30;
const TYPING_MS = 3_000;

/** Messages get their ids here, so sending one twice is harmless; they go out one at a time, in order. */
export class Conversation {
  #api;
  #log;
  #panel;
  #line;
  #queue = draft.get("queue") ?? [];
  #seen = new Set();
  #base = 0; // position = base + seq, since a replaced session counts from 1 again
  #last = 0;
  #person = null;
  #sending = false;
  #failures = 0;
  #unreachable = false;
  #timers = {};

  constructor(api, log, panel) {
    this.#api = api;
    this.#log = log;
    this.#panel = panel;
    this.#line = new Line(api, this);
    api.onRenewed = () => this.#renewed();
  }

  async begin() {
    if (this.#api.token) await this.#line.start();
    for (const item of this.#queue) this.#log.pending(item);
    this.#send();
  }

  say(text, payload) {
    const item = { id: newId(), text, payload };
    this.#queue.push(item);
    this.retry(item);
  }

  retry(item) {
    delete item.refused;
    this.#save();
    this.#log.pending(item);
    this.#send();
  }

  settle(item) {
    this.#queue = this.#queue.filter((other) => other.id !== item.id);
    this.#save();
    this.#log.settled(item);
  }

  take(messages) {
    const fresh = messages.filter(({ seq }) => !this.#seen.has(this.#base + seq));
    if (!fresh.length) return;
    for (const message of fresh) {
      message.position = this.#base + message.seq;
      this.#seen.add(message.position);
      this.#last = Math.max(this.#last, message.position);
    }
    if (fresh.some(({ author }) => author !== "citizen")) this.#expectReply(false);
    this.#panel.show(fresh);
    for (const item of this.#queue.filter(({ id }) => fresh.some((message) => message.id === id))) this.settle(item);
  }

  async openTicket(fields) {
    const { replies } = await this.#api.call("POST", "tickets", fields);
    this.#line.start();
    return replies;
  }

  markSeen() {
    const current = session.get();
    const seen = this.#last - this.#base;
    if (current && seen) session.set({ ...current, seen });
  }

  meet(person) {
    this.#person = person;
    this.#panel.meet(person);
  }

  reachable(yes) {
    if (!yes) this.#panel.tell(explain());
    else if (this.#unreachable) this.#send();
    else if (!this.#failures) this.#panel.tell("");
  }

  async #send() {
    if (this.#sending) return;
    this.#sending = true;
    clearTimeout(this.#timers.send);
    try {
      let item;
      while ((item = this.#queue.find(({ refused }) => !refused)) && (await this.#deliver(item)));
    } finally {
      this.#sending = false;
    }
  }

  async #deliver(item) {
    this.#expectReply(true);
    try {
      if (!(await this.#line.deliver(item))) await this.#post(item);
      this.settle(item);
      this.#failures = 0;
      this.#unreachable = false;
      this.#panel.tell("");
      this.#line.start();
      return true;
    } catch (error) {
      this.#expectReply(false);
      if (error.status === undefined) throw error; // a mistake of ours, not of the network
      return this.#failed(item, error);
    }
  }

  async #post(item) {
    const { message, replies, person } = await this.#api.call("POST", "messages", item);
    this.take([{ ...message, id: item.id }, ...replies]);
    if (person !== undefined) this.meet(person);
    this.#expectReply(false);
  }

  #failed(item, error) {
    const passes = [0, 401, 429].includes(error.status) || error.status >= 500;
    if (!passes) {
      item.refused = error.message;
      this.#save();
      this.#log.pending(item);
      return true; // what comes after it isn't to blame
    }
    this.#failures += 1;
    this.#unreachable = !error.status;
    const seconds = error.retryAfter || Math.min(LONGEST_PAUSE_S, 2 ** this.#failures);
    this.#timers.send = setTimeout(() => this.#send(), seconds * 1000);
    this.#panel.tell(explain(error.status, seconds));
    return false;
  }

  #renewed() {
    this.#base = this.#last;
    this.#line.restart();
    this.meet(null);
    this.#log.retire();
  }

  typing() {
    this.#line.typing();
  }

  staffTypes(yes) {
    this.#log.showTyping(yes);
  }

  #expectReply(yes) {
    clearTimeout(this.#timers.typing);
    this.#log.showTyping(yes && !this.#person);
    if (yes) this.#timers.typing = setTimeout(() => this.#log.showTyping(false), REPLY_PATIENCE_MS);
  }

  #save() {
    draft.set("queue", this.#queue.length ? this.#queue : null);
  }
}

function explain(status, seconds) {
  if (status === 429) return `짧은 시간에 글을 많이 보내셨습니다. ${seconds}초 뒤에 이어서 보내 드립니다.`;
  const what = navigator.onLine ? "지금 연결이 원활하지 않습니다." : "인터넷 연결이 끊겼습니다.";
  return `${what} 보내지 못한 글은 그대로 두었다가 차례로 보내 드립니다.`;
}

/** The line to the server: a WebSocket, and while that fails, asking every few seconds over HTTP. */
class Line {
  #api;
  #conversation;
  #socket;
  #ready = false;
  #failures = 0;
  #retrying;
  #polling;
  #waiting; // for the acknowledgement of { id }, then settle(yes)
  #started = false;
  #typed = 0;
  #cursor = 0; // replies to a POST don't move it: others may stand before them

  constructor(api, conversation) {
    this.#api = api;
    this.#conversation = conversation;
    window.addEventListener("online", () => this.#hurry());
    window.addEventListener("offline", () => conversation.reachable(false));
    document.addEventListener("visibilitychange", () => document.hidden || this.#hurry());
  }

  async start() {
    if (this.#started) return;
    this.#started = true;
    await this.#poll();
    this.#connect();
  }

  restart() {
    this.#cursor = 0;
    this.#socket?.close();
  }

  /** Sends over the socket. False: not acknowledged, so try over HTTP. */
  deliver(item) {
    if (!this.#ready) return false;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#settle(false), ACK_MS);
      this.#waiting = { id: item.id, settle: (done) => (clearTimeout(timer), resolve(done)) };
      this.#socket.send(JSON.stringify({ type: "message", ...item }));
    });
  }

  typing() {
    if (!this.#ready || Date.now() - this.#typed < TYPING_MS) return;
    this.#typed = Date.now();
    this.#socket.send('{"type":"typing"}');
  }

  #settle(done) {
    this.#waiting?.settle(done);
    this.#waiting = undefined;
  }

  #connect() {
    if (this.#socket) return;
    try {
      const socket = (this.#socket = this.#api.openSocket());
      socket.onmessage = ({ data }) => this.#receive(JSON.parse(data));
      socket.onclose = () => this.#lost();
      socket.onopen = () => {
        socket.send(JSON.stringify({ token: this.#api.token, after: this.#cursor }));
        this.#ready = true;
      };
    } catch {
      this.#lost(); // barred by a policy of the page
    }
  }

  #receive({ type, message, person, typing }) {
    // Over HTTP the same message tells what is wrong with it.
    if (type === "error") return this.#settle(false);
    this.#failures = 0;
    this.#conversation.reachable(true);
    if (type === "message") this.#take([message]);
    else if (type === "person") this.#conversation.meet(person);
    else this.#conversation.staffTypes(typing);
  }

  #take(messages) {
    this.#conversation.take(messages);
    this.#cursor = Math.max(this.#cursor, ...messages.map(({ seq }) => seq));
    if (messages.some(({ id }) => id === this.#waiting?.id)) this.#settle(true);
  }

  #lost() {
    this.#socket = undefined;
    this.#ready = false;
    this.#settle(false);
    this.#failures += 1;
    const pause = Math.min(LONGEST_PAUSE_S, 2 ** this.#failures / 2) * (0.75 + Math.random() / 2);
    clearTimeout(this.#retrying);
    this.#retrying = setTimeout(() => this.#connect(), pause * 1000);
    this.#polling ??= setTimeout(() => this.#keepPolling());
  }

  async #keepPolling() {
    await this.#poll();
    const pause = document.hidden ? 5 * POLL_MS : POLL_MS;
    this.#polling = this.#ready ? undefined : setTimeout(() => this.#keepPolling(), pause);
  }

  async #poll() {
    try {
      const { messages, person } = await this.#api.call("GET", `messages?after=${this.#cursor}`);
      this.#take(messages);
      this.#conversation.meet(person);
      this.#conversation.reachable(true);
    } catch (error) {
      if (error.status === undefined) throw error;
      this.#conversation.reachable(false);
    }
  }

  /** After sleep, in which a socket dies silently, don't wait for the timers. */
  #hurry() {
    if (!this.#started) return;
    this.#failures = 0;
    this.#poll();
    this.#connect();
  }
}

/** status 0: not reached. message: for the citizen. */
export class ApiError extends Error {
  constructor(status, message, fields = {}, retryAfter = 0) {
    super(message);
    Object.assign(this, { status, fields, retryAfter });
  }
}

export class Api {
  #base;
  #renewing;
  onRenewed = () => {};

  constructor(base) {
    this.#base = base;
  }

  get token() {
    return session.get()?.token;
  }

  openSocket() {
    return new WebSocket(`${this.#base}ws`.replace(/^http/, "ws"));
  }

  config() {
    return this.#fetch("GET", "config");
  }

  async unread() {
    const { token, seen } = session.get();
    const { messages } = await this.#fetch("GET", `messages?after=${seen}`, token);
    return messages.filter(({ author }) => author !== "citizen").length;
  }

  async call(method, path, body) {
    const token = this.token ?? (await this.#renew());
    try {
      return await this.#fetch(method, path, token, body);
    } catch (error) {
      if (error.status !== 401) throw error;
    }
    if (this.token === token) await this.#renew(); // else another tab has done it
    this.onRenewed();
    return this.#fetch(method, path, this.token, body);
  }

  #renew() {
    this.#renewing ??= this.#fetch("POST", "session", null, {})
      .then(({ token }) => (session.set({ token, seen: 0 }), token))
      .finally(() => (this.#renewing = undefined));
    return this.#renewing;
  }

  async #fetch(method, path, token, body) {
    const headers = {};
    if (body) headers["Content-Type"] = "application/json";
    if (token) headers.Authorization = `Bearer ${token}`;
    let response;
    try {
      response = await fetch(this.#base + path, {
        method, headers, body: body && JSON.stringify(body), cache: "no-store", credentials: "omit",
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      if (response.ok) return await response.json();
    } catch {
      throw new ApiError(0, "연결이 원활하지 않습니다.");
    }
    const { error, fields } = await response.json().catch(() => ({}));
    throw new ApiError(response.status, error ?? "요청을 처리하지 못했습니다.", fields, Number(response.headers.get("Retry-After")));
  }
}

/** A UUID, also on pages without TLS, where crypto.randomUUID is missing. */
export function newId() {
  const random = () => crypto.getRandomValues(new Uint8Array(1))[0] % 16;
  return "xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx".replace(/x/g, () => random().toString(16));
}

const memory = {}; // where the browser bars storage

function store(area, key) {
  const name = `eungdae.${key}`;
  return {
    get() {
      try {
        return JSON.parse(window[area].getItem(name));
      } catch {
        return memory[name] ?? null;
      }
    },
    set(value) {
      memory[name] = value;
      try {
        if (value === null) window[area].removeItem(name);
        else window[area].setItem(name, JSON.stringify(value));
      } catch {} // kept in memory
    },
  };
}

/** { token, seen }: outlives the tab, so that a reply is found tomorrow. */
export const session = store("localStorage", "session");

/** "text", "queue", "form": what is typed ends with the tab, as others may use the computer next. */
export const draft = {
  get: (kind) => store("sessionStorage", kind).get(),
  set: (kind, value) => store("sessionStorage", kind).set(value),
};
