// What a platform claims for itself in its reports, next to what was incremental.
import { foreign, make, makeTable } from "./dom.js";
import { amount, days, decimal } from "./format.js";
import { goalName, platformName } from "./names.js";
import { t, withNodes } from "./language.js";
import { addressOf } from "./imports_list.js";
import { makeEstimate } from "./parts.js";
import { ask, isShared } from "./session.js";

const NEWEST = 5;

// Claims are listed by file and not added up: the days of files may overlap.
export async function makeChannelClaims(one, roi, visit) {
  if (isShared()) return "";
  const { imports } = await ask("v1/imports?limit=200", visit);
  const files = imports.filter((found) => found.platform === one.channel && found.state === "done").slice(0, NEWEST);
  const details = await Promise.all(files.map((found) => ask(`v1/imports/${encodeURIComponent(found.id)}`, visit)));
  const claims = details.flatMap((file) => file.claimed_conversions.map((claim) => ({ file, claim })));
  if (!claims.length) return "";
  return make(
    "section",
    {},
    make("h2", {}, t("claims.title")),
    make(
      "p",
      {},
      withNodes("claims.sentence", {
        platform: platformName(one.channel),
        estimate: makeEstimate(one.incremental_conversions, amount),
        goal: goalName(roi.goal),
      }),
    ),
    makeTable(
      "",
      [
        {
          label: t("imports.file"),
          words: true,
          wide: true,
          cell: ({ file }) => make("a", { href: addressOf(file.id) }, foreign(file.filename)),
        },
        {
          label: t("import.days"),
          words: true,
          short: true,
          cell: ({ file }) => (file.from ? days(file.from, file.to) : "–"),
        },
        { label: t("claims.claimed"), cell: ({ claim }) => decimal(claim.count) },
        {
          label: t("unread.value"),
          cell: ({ claim }) => `${decimal(claim.value)} ${claim.currency}`,
        },
      ],
      claims,
    ),
  );
}
