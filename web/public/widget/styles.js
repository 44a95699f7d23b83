/** The looks of the panel; the colours (KRDS) are variables of the host, in widget.js. */
export const sheet = new CSSStyleSheet();

sheet.replaceSync(`
* { box-sizing: border-box; margin: 0; padding: 0; min-width: 0; font: inherit; color: inherit; }
[hidden], .error:empty { display: none !important; }
:focus-visible { outline: 3px solid var(--primary); outline-offset: 2px; }
[tabindex="-1"]:focus { outline: none; }
fieldset { border: 0; }
a { color: var(--link); text-underline-offset: 3px; }
button { cursor: pointer; }
strong, b, h2, h3, label, legend { font-weight: 700; }
.sr { position: absolute; overflow: hidden; width: 1px; height: 1px; clip-path: inset(50%); white-space: nowrap; }
.hint, .who, .day, time, dt { color: var(--muted); font-size: 15px; }
.error, .required, .refusal, .notice { color: var(--danger); font-size: 15px; }
.words, .error, dd { white-space: pre-line; }

header, h3, .line, .choice, .facts > div, .typing { display: flex; align-items: center; gap: 8px; }
.quick, .buttons, .actions, .radios, .owner, .number { display: flex; flex-wrap: wrap; gap: 8px; }
.scroller, .chips, .message { display: flex; flex-direction: column; align-items: flex-start; }
.words, .card, .typing { border-radius: 14px; background: var(--sunken); }
.consent, .number { padding: 12px 14px; border-radius: 10px; background: var(--primary-soft); }
.field :is(input, textarea, select), .line { border: 1px solid var(--field-line); border-radius: 10px; background: var(--surface); }
:is(.buttons, .chips, .quick, .actions) button {
  min-height: 44px; padding: 8px 14px; border: 1px solid var(--primary-line); border-radius: 10px;
  background: var(--surface); color: var(--link); font-weight: 500; line-height: 1.35;
}
:is(.buttons, .chips, .quick, .actions) button:hover { border-color: var(--primary); background: var(--primary-soft); }
.buttons button:disabled { border-color: var(--line); background: none; color: var(--muted); cursor: default; }
:is(.actions, .quick) .primary, .is-offer .buttons :first-child:enabled, .send, .citizen .words {
  border-color: var(--primary); background: var(--primary); color: #fff;
}
:is(.actions, .quick) .primary:hover, .is-offer .buttons :first-child:enabled:hover, .send:hover { background: var(--primary-strong); }
.send, .icon { flex: none; display: grid; place-items: center; width: 44px; height: 44px; border: 0; border-radius: 8px; }
.send[aria-disabled=true] { background: var(--sunken); color: var(--muted); cursor: default; }
svg { width: 24px; flex: none; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }

dialog {
  position: fixed; z-index: 2147483000; inset: auto 20px 20px auto; overflow: hidden; flex-direction: column;
  width: 400px; height: 640px; max-width: none; max-height: calc(100dvh - 40px);
  border: 0; border-radius: 16px; background: var(--surface); color: var(--text); box-shadow: var(--shadow);
  font: 400 17px/1.5 var(--font); word-break: keep-all; overflow-wrap: anywhere;
}
dialog[open] { display: flex; }
dialog[open], .message:not(.quiet) { animation: rise .18s ease-out; }
header { padding: 10px 8px 10px 20px; background: var(--primary-strong); color: #fff; }
header div { flex: 1; }
header strong, .presence { display: block; line-height: 1.4; }
.presence { font-size: 15px; }
.presence.live::before { content: "● " / ""; color: #7ce38b; }
.icon { background: none; color: #fff; }
.icon:hover { background: #fff3; }
header :focus-visible { outline-color: #fff; outline-offset: -3px; }

.scroller { flex: 1; align-items: stretch; overflow-y: auto; overscroll-behavior: contain; padding: 0 16px; }
.start { padding: 20px 0 4px; }
h2 { font-size: 22px; }
.chips { gap: 8px; margin-top: 14px; }
.chips button { border-radius: 22px; }
.quick { position: sticky; bottom: 0; gap: 6px; margin: auto -16px 0; padding: 8px 16px 6px; background: var(--surface); box-shadow: 0 -8px 8px var(--surface); }
.quick button { flex: auto; padding: 6px 8px; border-color: transparent; background: var(--primary-soft); font-size: 15px; white-space: nowrap; }
.quick .primary { position: absolute; left: 50%; bottom: 100%; translate: -50% -8px; padding: 0 16px; box-shadow: var(--shadow); }

.log { padding: 8px 0 12px; }
.message { margin-top: 4px; }
.first { margin-top: 16px; }
.words { max-width: 88%; padding: 10px 14px; }
.citizen { align-items: flex-end; }
.citizen a { color: inherit; }
.first .words { border-top-left-radius: 4px; }
.citizen.first .words { border-radius: 14px 4px 14px 14px; }
.staff .words { background: var(--primary-soft); box-shadow: inset 0 0 0 1px var(--primary-line); }
.system { align-items: center; }
.system .words { border-radius: 16px; padding: 6px 14px; color: var(--muted); font-size: 15px; text-align: center; }
.message:not(.last) time, .message:not(.first) > .who, .message:not(.new-day) > .day, .system time { display: none; }
time { margin: 4px 2px 0; }
.day { align-self: center; margin: 8px 0 14px; }
.who { margin-bottom: 6px; }
.who strong { color: var(--text); }
.tel { white-space: nowrap; }
.owner { justify-content: space-between; align-items: center; margin-top: 10px; padding-top: 4px; border-top: 1px solid var(--line); font-size: 15px; }
.owner .tel { line-height: 44px; }
.buttons { margin-top: 8px; }
.buttons button { min-width: 72px; }
.is-choices .buttons { flex-direction: column; align-self: stretch; }
.is-choices button, .chips button { text-align: left; }
.is-feedback .words { padding: 6px 2px 0; background: none; }
.file, .field + .hint, .facts + .hint { margin-top: 6px; }
.refusal { margin-top: 6px; text-align: right; }
.refusal .actions { margin-top: 8px; justify-content: flex-end; }
.typing { align-self: flex-start; gap: 5px; margin-bottom: 12px; padding: 14px 16px; }
i { width: 8px; height: 8px; border-radius: 50%; background: var(--muted); animation: blink 1.2s infinite; }
i:nth-child(2) { animation-delay: .2s; }
i:nth-child(3) { animation-delay: .4s; }

.card { align-self: stretch; margin-top: 8px; padding: 18px 16px; border: 1px solid var(--line); background: var(--surface); }
.receipt { border-color: var(--primary-line); }
.receipt h3 { color: var(--ok); }
h3, .number strong { font-size: 20px; }
.number { align-items: baseline; margin: 12px 0; }
.facts > div { align-items: baseline; padding: 4px 0; }
dt { flex: none; width: 84px; }
.field, fieldset, .actions { margin-top: 18px; }
fieldset .field { margin-top: 10px; }
.required, fieldset .field label, .radios label { font-weight: 400; }
.field :is(input, textarea, select) { display: block; width: 100%; min-height: 48px; margin-top: 6px; padding: 10px 14px; resize: vertical; }
::placeholder { color: var(--muted); opacity: 1; }
.card [aria-invalid=true] { border-color: var(--danger); box-shadow: 0 0 0 1px var(--danger); }
.error { margin-top: 6px; }
.choice { min-height: 44px; margin-right: 16px; }
.choice input { flex: none; width: 22px; height: 22px; accent-color: var(--primary); }
.consent { background: var(--sunken); }
.consent legend { float: left; width: 100%; }
.consent dl { clear: both; font-size: 15px; }
.actions .primary { flex: 1; }

.notice { padding: 8px 16px; background: var(--danger-soft); }
.composer { padding: 4px 12px max(12px, env(safe-area-inset-bottom)); }
.line { align-items: flex-end; gap: 4px; padding: 3px; }
.line:focus-within { border-color: var(--primary); box-shadow: 0 0 0 2px var(--primary); }
.line textarea { flex: 1; max-height: 148px; padding: 9px 4px 9px 12px; border: 0; outline: 0; resize: none; background: none; line-height: 26px; }
.count { padding: 0 4px 6px; text-align: right; }
.count:has(+ * [aria-invalid=true]) { color: var(--danger); }

@media (max-width: 480px) {
  dialog { inset: var(--visible-top) 0 auto; width: 100%; height: var(--visible-height); max-height: none; border-radius: 0; }
  header { padding-top: max(10px, env(safe-area-inset-top)); }
}
/* Zoomed in to 400 %, or a phone lying down: what is pinned would leave no room to read. */
@media (max-height: 480px) {
  header { padding-block: 4px; }
  .quick { position: relative; }
  .line textarea { max-height: 70px; }
}
@media (forced-colors: active) { dialog, .words, .typing, button { border: 1px solid !important; } }
@media (prefers-reduced-motion) { * { animation: none !important; } }
@keyframes rise { from { opacity: 0; translate: 0 8px; } }
@keyframes blink { 50% { opacity: .25; } }
`);
