// Follows and unfollows of a page, per day or week.
import { make } from "./dom.js";
import { day, daysBetween, toDate, whole } from "./format.js";
import { channelName } from "./names.js";
import { FONT, isNarrow, makeFigure } from "./charts.js";
import { t } from "./language.js";
import { ask, pathOf } from "./session.js";

const MOST_DAYS = 120;

export async function makeFollows(one, { from, to }, visit) {
  const { audience } = one;
  const words = [
    t("follows.changes", { followed: whole(audience.followed), left: whole(audience.left) }),
    audience.size === null
      ? t("follows.no_size")
      : t("follows.sizes", { first: whole(audience.size_at_start), last: whole(audience.size) }),
  ].join(" ");
  const section = make("section", {}, make("h2", {}, t("follows.title")), make("p", {}, words));
  if (!audience.followed && !audience.left) return section;
  const interval = daysBetween(from, to) > MOST_DAYS ? "week" : "day";
  const series = await ask(
    pathOf("timeseries", { metric: "engagements", group_by: "kind", interval, from, to }),
    visit,
  );
  const of = (type) => series.series.find((found) => found.group === `${one.channel}/${type}`)?.points || [];
  const left = new Map(of("unfollow").map((point) => [point.start, point.value]));
  const joined = new Map(of("follow").map((point) => [point.start, point.value]));
  const rows = [...new Set([...joined.keys(), ...left.keys()])].sort().map((start) => ({
    start,
    at: toDate(start),
    followed: joined.get(start) || 0,
    left: left.get(start) || 0,
  }));
  section.append(
    makeFigure({
      title: t(`follows.figure_${interval}`, { name: channelName(one.channel) }),
      sentence: words,
      rows,
      file: `follows-${one.channel}`,
      draw: (width) => drawFollows(width, rows, interval),
      columns: [
        { label: t("daily.day"), raw: (row) => row.start, cell: (row) => day(row.start), words: true },
        { label: t("follows.followed"), raw: (row) => row.followed },
        { label: t("follows.left"), raw: (row) => row.left },
      ],
    }),
  );
  return section;
}

function drawFollows(width, rows, interval) {
  const bar = (value, fill) =>
    Plot.rectY(rows, { x: "at", y: value, interval: interval === "week" ? "7 days" : "day", fill, insetLeft: 0.5 });
  return Plot.plot({
    style: FONT,
    width,
    height: 220,
    marginLeft: 44,
    x: { type: "utc", label: null, ticks: isNarrow(width) ? 3 : 6, tickSize: 0 },
    y: { label: null, grid: true, ticks: 4, tickSize: 0, tickFormat: (x) => whole(Math.abs(x)) },
    marks: [
      bar("followed", "var(--accent)"),
      bar((row) => -row.left, "var(--soft)"),
      Plot.ruleY([0], { stroke: "var(--ink)" }),
      Plot.text([t("follows.followed")], { frameAnchor: "top-left", dx: 6, dy: 2, fill: "var(--accent)" }),
      Plot.text([t("follows.left")], { frameAnchor: "bottom-left", dx: 6, dy: -2, fill: "var(--soft)" }),
    ],
  });
}
