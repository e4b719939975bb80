/** Dates as Slack formats them for each reader: https://docs.slack.dev/messaging/formatting-message-text */

import { h } from "../dom.js";

const DAY = 86_400_000;

const STYLES = {
  date_num: { year: "numeric", month: "2-digit", day: "2-digit" },
  date_slash: { year: "numeric", month: "2-digit", day: "2-digit" },
  date: { year: "numeric", month: "long", day: "numeric" },
  date_short: { year: "numeric", month: "short", day: "numeric" },
  date_long: { weekday: "long", year: "numeric", month: "long", day: "numeric" },
  time: { hour: "numeric", minute: "2-digit" },
  time_secs: { hour: "numeric", minute: "2-digit", second: "2-digit" },
};

/**
 * Returns a <time> element; `fallback` is its title, and its words where the format says nothing that is known.
 * @param {number} seconds  since 1970, UTC
 * @param {string} format  with tokens like {date_short_pretty}
 */
export function formatDate(seconds, format, fallback = "") {
  const moment = new Date(seconds * 1000);
  if (Number.isNaN(moment.getTime())) return h("span", {}, fallback || format);
  const words = format.replace(/\{(\w+)\}/g, (whole, token) => spelled(token, moment) ?? whole);
  const attributes = { datetime: moment.toISOString(), title: fallback || moment.toISOString() };
  return h("time", attributes, words || fallback);
}

/** Returns the hour and minute of a moment: a number of seconds since 1970, or an ISO text. */
export function clockTime(moment) {
  return new Date(typeof moment === "number" ? moment * 1000 : moment).toLocaleTimeString(locale(), STYLES.time);
}

function spelled(token, moment) {
  if (token === "ago") return ago(moment);
  const plain = token.replace(/_pretty$/, "");
  const style = STYLES[plain];
  if (!style) return undefined;
  if (plain === "date_num") return isoDay(moment);
  const near = plain === token ? "" : nearDay(moment);
  return near || moment.toLocaleString(locale(), style);
}

function nearDay(moment) {
  const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  const days = Math.round((midnight(moment) - midnight(new Date())) / DAY);
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[days] ?? "";
}

function isoDay(moment) {
  const two = (number) => String(number).padStart(2, "0");
  return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
}

function ago(moment) {
  const steps = [
    ["day", DAY],
    ["hour", DAY / 24],
    ["minute", 60_000],
    ["second", 1000],
  ];
  const past = moment.getTime() - Date.now();
  const [unit, size] = steps.find(([, length]) => Math.abs(past) >= length) ?? steps[3];
  return new Intl.RelativeTimeFormat(locale(), { numeric: "auto" }).format(Math.round(past / size), unit);
}

const locale = () => document.documentElement.lang || undefined;
