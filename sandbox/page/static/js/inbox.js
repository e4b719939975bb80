/** Text messages and calls with verification codes, as a telephone shows them. */

import { h, patch } from "./dom.js";

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

// In each language the code stands where the two braces are; others are served in English.
const SENTENCES = {
  ar: "رمز واتساب للأعمال الخاص بك هو {}. لا تشاركه مع أحد.",
  de: "Dein WhatsApp-Business-Code lautet {}. Teile ihn mit niemandem.",
  en: "Your WhatsApp Business code is {}. Don't share it with anyone.",
  es: "Tu código de WhatsApp Business es {}. No lo compartas con nadie.",
  fr: "Votre code WhatsApp Business est {}. Ne le partagez avec personne.",
  id: "Kode WhatsApp Business Anda adalah {}. Jangan bagikan kepada siapa pun.",
  it: "Il tuo codice WhatsApp Business è {}. Non condividerlo con nessuno.",
  ja: "WhatsApp Businessの認証コードは {} です。他の人に教えないでください。",
  pt: "Seu código do WhatsApp Business é {}. Não o compartilhe com ninguém.",
  ru: "Ваш код WhatsApp Business: {}. Никому его не сообщайте.",
  zh: "您的 WhatsApp Business 验证码为 {}。请勿与他人分享。",
};

/**
 * Make the screen.
 * @returns {{node: HTMLElement, update: (cams: any) => void, show: () => void}}
 */
export function createInbox() {
  const list = h("ol", { class: "inbox-list", "aria-live": "polite", "aria-label": "Text messages and calls" });
  const empty = h(
    "p",
    { class: "empty" },
    "No messages yet. A verification code comes here, whichever number it is for.",
  );
  const scroll = h(
    "div",
    { class: "screen-body", tabindex: "0", role: "group", "aria-label": "Messages" },
    list,
    empty,
  );
  const node = h("div", { class: "screen inbox" }, h("h3", { class: "screen-title" }, "WhatsApp"), scroll);
  const show = () => {
    scroll.scrollTop = scroll.scrollHeight;
  };
  const update = ({ sent_codes: codes, spaces }) => {
    const known = new Map(spaces.flatMap((space) => space.numbers.map((number) => [number.digits, number.pretty])));
    empty.hidden = codes.length > 0;
    const draw = (sent) => (sent.method.toLowerCase() === "voice" ? voiceCall : textMessage)(sent, known);
    patch(
      list,
      codes,
      (sent) => `${sent.at} ${sent.phone_number} ${sent.code}`,
      draw,
      () => "",
    );
    show();
  };
  return { node, update, show };
}

function textMessage(sent, known) {
  const words = sentence(sent, h("b", { class: "code" }, sent.code));
  return h("li", { class: "sms", data: { testid: "sms" } }, facts(sent, known, "Text message to"), words);
}

/** A voice says digit by digit what a text message would have said. */
function voiceCall(sent, known) {
  const spoken = h("b", { class: "code", "aria-label": sent.code }, [...sent.code].join(" "));
  const answered = h("span", { class: "answered", "aria-hidden": "true" }, "📞");
  return h(
    "li",
    { class: "sms is-call", data: { testid: "voice-call" } },
    answered,
    facts(sent, known, "Call to"),
    sentence(sent, spoken),
  );
}

function facts({ at, phone_number: digits, locale }, known, how) {
  const number = known.get(digits) ?? `+${digits}`;
  const time = h("time", { datetime: at }, CLOCK.format(new Date(at)));
  return h("p", { class: "sms-facts" }, `${how} ${number} · ${locale} · `, time);
}

function sentence({ locale }, code) {
  const language = locale.split("_")[0];
  const known = SENTENCES[language] ? language : "en";
  const [before, after] = SENTENCES[known].split("{}");
  return h("p", { class: "bubble", lang: known, dir: "auto" }, before, code, after);
}
