/** Emoji by the names that Slack gives them; a name that is not here is shown as it was typed. */

import { h } from "../dom.js";
import { fragment } from "./nodes.js";

const NAMED = `
+1 👍 -1 👎 100 💯 1234 🔢 alarm_clock ⏰ ambulance 🚑 angry 😠 arrow_down ⬇️ arrow_left ⬅️ arrow_right ➡️
arrow_up ⬆️ arrows_counterclockwise 🔄 bangbang ‼️ bar_chart 📊 battery 🔋 beer 🍺 bell 🔔 birthday 🎂
black_circle ⚫ blue_heart 💙 blush 😊 book 📖 bookmark 🔖 books 📚 boom 💥 bug 🐛 bulb 💡 bust_in_silhouette 👤
busts_in_silhouette 👥 cake 🍰 calendar 📅 calling 📲 camera 📷 card_index 📇 chart_with_downwards_trend 📉
chart_with_upwards_trend 📈 checkered_flag 🏁 clap 👏 clipboard 📋 clock1 🕐 clock12 🕛 clock3 🕒 clock6 🕕
clock9 🕘 closed_lock_with_key 🔐 cloud ☁️ coffee ☕ computer 💻 confetti_ball 🎊 confused 😕 construction 🚧
credit_card 💳 cry 😢 dart 🎯 dash 💨 date 📅 disappointed 😞 dollar 💵 door 🚪 droplet 💧 email 📧 envelope ✉️
envelope_with_arrow 📩 exclamation ❗ eyes 👀 face_with_thermometer 🤒 facepalm 🤦 fearful 😨 file_cabinet 🗄️
file_folder 📁 fire 🔥 first_place_medal 🥇 flag-cn 🇨🇳 flag-de 🇩🇪 flag-sg 🇸🇬 flag-us 🇺🇸 gear ⚙️ gem 💎
ghost 👻 gift 🎁 globe_with_meridians 🌐 green_heart 💚 grey_exclamation ❕ grey_question ❔ grimacing 😬 grin 😁
grinning 😀 hammer 🔨 hammer_and_wrench 🛠️ handshake 🤝 heart ❤️ heavy_check_mark ✔️ heavy_minus_sign ➖
heavy_multiplication_x ✖️ heavy_plus_sign ➕ hourglass ⌛ hourglass_flowing_sand ⏳ house 🏠 hugging_face 🤗
hundred 💯 id 🆔 inbox_tray 📥 information_source ℹ️ iphone 📱 joy 😂 key 🔑 label 🏷️ large_blue_circle 🔵
large_green_circle 🟢 large_orange_circle 🟠 large_yellow_circle 🟡 link 🔗 lock 🔒 loudspeaker 📢 mag 🔍
mailbox 📫 mailbox_with_mail 📬 map 🗺️ mega 📣 memo 📝 microphone 🎤 money_with_wings 💸 moneybag 💰 moon 🌙
musical_note 🎵 muscle 💪 mute 🔇 new 🆕 no_bell 🔕 no_entry ⛔ no_entry_sign 🚫 no_good 🙅 nerd_face 🤓
neutral_face 😐 octagonal_sign 🛑 office 🏢 ok 🆗 ok_hand 👌 open_file_folder 📂 open_hands 👐 outbox_tray 📤
package 📦 page_facing_up 📄 page_with_curl 📃 paperclip 📎 partying_face 🥳 party_popper 🎉 pencil 📝
pencil2 ✏️ pensive 😔 phone ☎️ point_down 👇 point_left 👈 point_right 👉 point_up ☝️ point_up_2 👆 pray 🙏
printer 🖨️ pushpin 📌 put_litter_in_its_place 🚮 question ❓ rage 😡 rainbow 🌈 raised_hands 🙌 recycle ♻️
red_circle 🔴 relaxed ☺️ repeat 🔁 robot_face 🤖 rocket 🚀 rolling_on_the_floor_laughing 🤣 rotating_light 🚨
round_pushpin 📍 satellite 🛰️ satellite_antenna 📡 scissors ✂️ scroll 📜 see_no_evil 🙈 seedling 🌱 shield 🛡️
shopping_trolley 🛒 shrug 🤷 sleeping 😴 slightly_frowning_face 🙁 slightly_smiling_face 🙂 smile 😄 smiley 😃
smirk 😏 sob 😭 sos 🆘 sparkle ❇️ sparkles ✨ speaker 🔈 speech_balloon 💬 star ⭐ star2 🌟 stop_sign 🛑
stopwatch ⏱️ sun_with_face 🌞 sunglasses 😎 sunny ☀️ sweat_smile 😅 tada 🎉 telephone_receiver 📞
thinking_face 🤔 thumbsdown 👎 thumbsup 👍 ticket 🎫 timer_clock ⏲️ tools 🛠️ triangular_flag_on_post 🚩
trophy 🏆 truck 🚚 twisted_rightwards_arrows 🔀 umbrella ☔ unamused 😒 unlock 🔓 upside_down_face 🙃 v ✌️
vibration_mode 📳 waning_crescent_moon 🌘 warning ⚠️ wastebasket 🗑️ watch ⌚ wave 👋 wavy_dash 〰️ weary 😩
whale 🐳 white_check_mark ✅ white_circle ⚪ white_large_square ⬜ wink 😉 worried 😟 wrench 🔧 writing_hand ✍️ x ❌
yellow_heart 💛 yum 😋 zap ⚡ zzz 💤 one 1️⃣ two 2️⃣ three 3️⃣ four 4️⃣ five 5️⃣ six 6️⃣ seven 7️⃣ eight 8️⃣
nine 9️⃣ zero 0️⃣
`;

const words = NAMED.trim().split(/\s+/);
const EMOJI = new Map(words.flatMap((name, index) => (index % 2 ? [] : [[name, words[index + 1]]])));
const NAME = /:([a-z0-9_+'-]+)(?:::skin-tone-([2-6]))?:/gi;

/**
 * Draws one emoji, with its name for those who hover; `:name:` where it is not known.
 * @param {string} name  without colons
 * @param {number} tone  of the skin, from 2 to 6
 * @param {string} unicode  code points in hexadecimal, joined by dashes, where the sender gave them
 */
export function emojiNode(name, tone = 0, unicode = "") {
  const drawn = EMOJI.get(name) ?? fromCodes(unicode);
  if (!drawn) return document.createTextNode(`:${name}:`);
  const skin = tone >= 2 && tone <= 6 ? String.fromCodePoint(0x1f3f9 + tone) : "";
  return h("span", { class: "k-emoji", title: `:${name}:` }, drawn + skin);
}

/** Draws text in which :names: between colons are emoji. */
export function withEmoji(text) {
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(NAME)) {
    parts.push(text.slice(end, found.index), emojiNode(found[1].toLowerCase(), Number(found[2])));
    end = found.index + found[0].length;
  }
  return fragment([...parts, text.slice(end)]);
}

function fromCodes(unicode) {
  const codes = unicode.split("-").map((part) => Number.parseInt(part, 16));
  return codes.every((code) => code > 0 && code <= 0x10ffff) ? String.fromCodePoint(...codes) : "";
}
