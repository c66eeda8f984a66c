// Formats numbers, times and names.

export const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
export const fine = new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const exact = new Intl.NumberFormat("en", { maximumFractionDigits: 6 });
const moment = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });

export const words = (code) => code.replaceAll("_", " ");

// A decimal of any length. JavaScript's numbers are exact to 15 digits.
export function decimal(text) {
  return String(text).replace(/[^0-9]/g, "").length > 15 ? String(text) : exact.format(Number(text));
}

export function count(number, one, several = `${one}s`) {
  return `${whole.format(number)} ${number === 1 ? one : several}`;
}

// Makes a sentence of an API message, which starts in lower case and has no full stop.
export function sentence(text) {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?:)]$/.test(begun) ? begun : `${begun}.`;
}

export function timeOf(stamp) {
  const node = document.createElement("time");
  node.setAttribute("datetime", stamp);
  node.textContent = moment.format(new Date(stamp));
  return node;
}

export function bytes(size) {
  const units = ["B", "kB", "MB", "GB"];
  let unit = 0;
  for (; size >= 1000 && unit < units.length - 1; unit += 1) size /= 1000;
  return `${size < 10 && unit ? size.toFixed(1) : Math.round(size)} ${units[unit]}`;
}

const BRANDS = {
  auto: "Unknown", ga4: "Google Analytics 4", linkedin: "LinkedIn", linkedin_ads: "LinkedIn Ads", paypal: "PayPal",
  tiktok: "TikTok", tiktok_ads: "TikTok Ads", woocommerce: "WooCommerce", youtube: "YouTube", mapped: "By a mapping",
  twitter: "X (Twitter)", twitter_ads: "X Ads", xing: "XING",
};

export function platformName(slug) {
  return BRANDS[slug] || words(slug).replace(/(^|\s)[a-z]/g, (letter) => letter.toUpperCase());
}
