// Formats numbers, amounts and days in the reader's language.
import { locale, t, tn } from "./language.js";

const formats = new Map();

function format(options) {
  const key = `${locale()}${JSON.stringify(options)}`;
  if (!formats.has(key)) formats.set(key, new Intl.NumberFormat(locale(), options));
  return formats.get(key);
}

export const whole = (x) => format({ maximumFractionDigits: 0 }).format(x);
export const fine = (x) => format({ minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(x);
export const percent = (x) => format({ style: "percent", maximumFractionDigits: Math.abs(x) < 0.1 ? 1 : 0 }).format(x);
export const signedPercent = (x) =>
  format({ style: "percent", maximumFractionDigits: 0, signDisplay: "exceptZero" }).format(x);

// Conversions: estimates below ten get one decimal.
export const amount = (x) =>
  format({ maximumFractionDigits: Math.abs(x) < 10 && !Number.isInteger(x) ? 1 : 0 }).format(x);

// Amounts of money. The digits follow the largest number of an estimate, so its bounds have as many.
export function money(currency) {
  return (x, scale = x) => {
    const size = Math.abs(scale),
      digits = size >= 100 ? 0 : size >= 0.1 || size === 0 ? 2 : 4;
    return format({
      style: "currency",
      currency,
      minimumFractionDigits: Math.min(digits, 2),
      maximumFractionDigits: digits,
    }).format(x);
  };
}

// Numbers of any size. The digits follow the largest number of an estimate, as for money.
export function sized(x, scale = x) {
  const size = Math.abs(scale),
    digits = size >= 10 ? 0 : size < 1e-5 ? 2 : Math.min(5, 1 - Math.floor(Math.log10(size)));
  return format({ minimumFractionDigits: digits, maximumFractionDigits: digits }).format(x);
}

const scaleOf = (e) => Math.max(...[e.estimate, e.ci_low, e.ci_high].map((x) => Math.abs(x ?? 0)));

export const point = (e, show) => show(e.estimate, scaleOf(e));

export const unit = (currency) => format({ style: "currency", currency, maximumFractionDigits: 0 }).format(1);

// A decimal of any length. JavaScript's numbers are exact to 15 digits.
export function decimal(text) {
  return String(text).replace(/[^0-9]/g, "").length > 15
    ? String(text)
    : format({ maximumFractionDigits: 6 }).format(Number(text));
}

export function bounds(e, written) {
  const show = (x) => written(x, scaleOf(e));
  if (e.ci_low === null && e.ci_high === null) return t("bounds.none");
  if (e.ci_low === null) return t("bounds.no_low", { high: show(e.ci_high) });
  if (e.ci_high === null) return t("bounds.no_high", { low: show(e.ci_low) });
  return t("bounds.both", { low: show(e.ci_low), high: show(e.ci_high) });
}

export function interval(e, show) {
  return e.estimate === null ? t("unknown") : `${point(e, show)} (${bounds(e, show)})`;
}

// A waiting time in the largest fitting unit.
export function hoursInWords(hours) {
  const [value, unit] = hours < 0.95 ? [60 * hours, "minute"] : hours < 48 ? [hours, "hour"] : [hours / 24, "day"];
  return format({
    style: "unit",
    unit,
    unitDisplay: "long",
    maximumFractionDigits: unit === "hour" && value < 9.95 ? 1 : 0,
  }).format(value);
}

// Days are UTC days.
const utc = (text) => new Date(`${text}T00:00:00Z`);
const dayFormat = (options) => new Intl.DateTimeFormat(locale(), { timeZone: "UTC", ...options });

export const toDate = utc;
export const day = (text) => dayFormat({ day: "numeric", month: "short", year: "numeric" }).format(utc(text));
export const shortDay = (date) => dayFormat({ day: "numeric", month: "short" }).format(date);

export function days(from, to) {
  return from === to
    ? day(from)
    : dayFormat({ day: "numeric", month: "short", year: "numeric" }).formatRange(utc(from), utc(to));
}

export function addDays(text, number) {
  return new Date(utc(text).getTime() + number * 86400000).toISOString().slice(0, 10);
}

export function daysBetween(from, to) {
  return Math.round((utc(to) - utc(from)) / 86400000) + 1;
}

export const today = () => new Date().toISOString().slice(0, 10);

export function timeOf(stamp) {
  const node = document.createElement("time");
  node.setAttribute("datetime", stamp);
  node.textContent = new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short" }).format(
    new Date(stamp),
  );
  return node;
}

export function listed(texts) {
  return new Intl.ListFormat(locale(), { type: "conjunction" }).format(texts);
}

export const count = (number, key) => tn(key, number);

// Makes a sentence of an API message, which starts in lower case and has no full stop.
export function sentence(text) {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?:)]$/.test(begun) ? begun : `${begun}.`;
}

export function bytes(size) {
  const units = ["B", "kB", "MB", "GB"];
  let unit = 0;
  for (; size >= 1000 && unit < units.length - 1; unit += 1) size /= 1000;
  return `${format({ maximumFractionDigits: size < 10 && unit ? 1 : 0 }).format(size)} ${units[unit]}`;
}
