// Names of channels, platforms, engagement types and goals in the reader's language.
import { hasText, language, t } from "./language.js";

const BRANDS = {
  ga4: "Google Analytics 4",
  google_ads: "Google Ads",
  google_plus: "Google+",
  linkedin: "LinkedIn",
  linkedin_ads: "LinkedIn Ads",
  meta_ads: "Meta Ads",
  paypal: "PayPal",
  tiktok: "TikTok",
  tiktok_ads: "TikTok Ads",
  twitter: "X (Twitter)",
  twitter_ads: "X Ads",
  woocommerce: "WooCommerce",
  xing: "XING",
  youtube: "YouTube",
};

export const words = (slug) => slug.replaceAll("_", " ");
export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

export function channelName(slug) {
  return BRANDS[slug] || (hasText(`channel.${slug}`) ? t(`channel.${slug}`) : capital(words(slug)));
}

export function platformName(slug) {
  if (hasText(`platform.${slug}`)) return t(`platform.${slug}`);
  return BRANDS[slug] || words(slug).replace(/(^|\s)[a-z]/g, (letter) => letter.toUpperCase());
}

function noun(type, number) {
  const key = `type.${type}_${number === 1 ? "one" : "other"}`;
  return hasText(key) ? t(key) : words(type);
}

// kind: { channel, type, paid }. German joins the parts with hyphens.
export function typeName(kind, number = 2) {
  const channel = channelName(kind.channel),
    what = noun(kind.type, number);
  const name = language() === "de" ? `${channel.replaceAll(" ", "-")}-${what}` : `${channel} ${what}`;
  return kind.paid ? t(number === 1 ? "type.paid_one" : "type.paid_other", { name }) : name;
}

export function kindOf(name, types = []) {
  const [channel, type] = name.split("/");
  return types.find((one) => one.channel === channel && one.type === type) || { channel, type, paid: false };
}

export function goalName(goal, number = 2) {
  const key = `goal.${goal}_${number === 1 ? "one" : "other"}`;
  return hasText(key) ? t(key) : t("goal.unknown", { name: words(goal) });
}
