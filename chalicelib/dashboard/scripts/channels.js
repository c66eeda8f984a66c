// The view Channels: one axis for all channels, and the details of one.
import { make, makeSelect, labelled } from "./dom.js";
import { amount, fine, interval, money } from "./format.js";
import { channelName } from "./names.js";
import { drawForest, estimateColumns, makeFigure } from "./charts.js";
import { makeExplanations, makeFlags, title, worstOf } from "./codes.js";
import { t } from "./language.js";
import { askAnswer, askCompared } from "./basis.js";
import { makeHeading, makeRange, makeVerdict } from "./parts.js";
import { changeState, linkTo } from "./state.js";
import { sentenceOf, settlingOf } from "./channel_texts.js";
import { showChannel } from "./one_channel.js";

const known = (x) => (x === null ? -Infinity : x);
const SORTS = {
  roi: (a, b) => known(b.roi.estimate) - known(a.roi.estimate),
  spend: (a, b) => b.cost - a.cost,
  certainty: (a, b) => widthOf(a) - widthOf(b),
};

function widthOf({ incremental_conversions: e }) {
  return e.estimate === null || e.ci_low === null || e.ci_high === null
    ? Infinity
    : (e.ci_high - e.ci_low) / Math.max(1e-9, Math.abs(e.estimate));
}

export async function showChannels(root, visit, basis) {
  const roi = await askAnswer("roi", visit);
  if (visit.state.part) {
    await showChannel(root, visit, roi);
    return;
  }
  const compared = await askCompared("roi", visit, basis.window);
  const sort = visit.state.params.get("sort") in SORTS ? visit.state.params.get("sort") : "roi";
  const channels = [...roi.channels].sort(SORTS[sort]);
  const returned = channels.filter((one) => one.roi.estimate !== null);
  root.append(
    makeHeading(t("view.channels")),
    make("p", { class: "answer" }, summaryOf(roi)),
    makeRange(roi),
    labelled(
      t("channels.sort"),
      makeSelect(
        { id: "channels-sort" },
        Object.keys(SORTS).map((one) => ({ value: one, label: t(`sort.${one}`) })),
        sort,
        (one) => changeState({ sort: one }),
      ),
    ),
  );
  if (returned.length) root.append(makeForest(returned, roi));
  root.append(
    make(
      "ul",
      { class: "rows" },
      channels.map((one) => makeRow(one, roi, compared)),
    ),
  );
  root.append(
    makeExplanations(
      channels.flatMap((one) => [...one.reasons, ...one.warnings]),
      t("explanations.title"),
      "h2",
    ),
  );
}

function summaryOf(roi) {
  const settled = roi.channels.filter((one) => one.verdict === "profitable"),
    costly = roi.channels.filter((one) => one.cost > 0);
  return t("channels.summary", { n: settled.length, all: costly.length });
}

// Returns per unit of cost: ROI + 1, so that zero means no effect and one means break-even.
function makeForest(channels, roi) {
  return makeFigure({
    title: t("channels.figure", { currency: roi.currency }),
    sentence: channels.map((one) => `${channelName(one.channel)}: ${interval(one.incremental_roas, fine)}`).join("; "),
    note: t("channels.note"),
    rows: channels,
    file: "channels",
    draw: (width) =>
      drawForest(width, {
        rows: channels.map((one) => ({
          name: channelName(one.channel),
          e: one.incremental_roas,
          tone: worstOf(one.warnings),
          reach:
            one.smallest_detectable_effect && one.smallest_detectable_effect.roi !== null
              ? { from: 1, to: 1 + one.smallest_detectable_effect.roi }
              : null,
        })),
        marks: [
          { x: 0, text: t("channels.zero"), strong: false },
          { x: 1, text: t("channels.break_even"), strong: true },
        ],
        label: t("channels.axis", { currency: roi.currency }),
      }),
    columns: [
      { label: t("table.channel"), raw: (one) => channelName(one.channel), words: true },
      { label: t("card.spend"), raw: (one) => one.cost, cell: (one) => money(roi.currency)(one.cost) },
      ...estimateColumns(t("table.incremental"), (one) => one.incremental_conversions, amount),
      ...estimateColumns(t("card.roas"), (one) => one.incremental_roas, fine),
      ...estimateColumns("ROI", (one) => one.roi, fine),
      { label: t("table.verdict"), raw: (one) => title(one.verdict), words: true },
      { label: t("table.codes"), raw: (one) => [...one.reasons, ...one.warnings].map(title).join("; "), words: true },
    ],
  });
}

function makeRow(one, roi, compared) {
  const cash = money(roi.currency),
    before = compared && compared.channels.find((other) => other.channel === one.channel);
  return make(
    "li",
    { class: "row" },
    make(
      "div",
      { class: "row-head" },
      make("h2", {}, make("a", { href: linkTo("channels", one.channel) }, channelName(one.channel))),
      makeVerdict(one.verdict),
    ),
    make("p", {}, sentenceOf(one, roi)),
    makeFlags(one.warnings),
    one.verdict === "profitable" || one.verdict === "unprofitable"
      ? null
      : make("p", { class: "soft" }, settlingOf(one)),
    make(
      "p",
      { class: "soft small" },
      one.cost ? t("channels.spend", { cost: cash(one.cost) }) : t("channels.no_spend"),
      one.method ? ` · ${t(`method.${one.method}`)}` : "",
      before
        ? ` · ${t("channels.before", { before: before.incremental_roas.estimate === null ? t("unknown") : interval(before.incremental_roas, fine) })}`
        : "",
    ),
  );
}
