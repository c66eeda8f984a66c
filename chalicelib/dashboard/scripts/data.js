// The view Data: coverage, uploads, imports and fits.
import { make } from "./dom.js";
import { makeHeading } from "./parts.js";
import { showImports } from "./imports_list.js";
import { makeCoverage, makeCoverageAnswer } from "./coverage_chart.js";
import { makeFits } from "./fits_list.js";
import { makeUpload } from "./upload.js";
import { t } from "./language.js";
import { ask, isShared, pathOf } from "./session.js";
import { explain } from "./explain.js";

// Each part has its own error: a key may be allowed to see one part and not another.
async function part(visit, task, roles, work) {
  try {
    return await work();
  } catch (error) {
    if (visit.signal.aborted) throw error;
    return make("p", { class: "error", role: "alert" }, explain(error, task, roles));
  }
}

export async function showData(root, visit) {
  const coverage = () =>
    part(visit, "task.answers", "roles.read", async () => {
      const { params } = visit.state;
      const answer = await ask(pathOf("coverage", { from: params.get("from"), to: params.get("to") }), visit);
      return make("div", {}, makeCoverageAnswer(answer), makeCoverage(answer));
    });
  if (isShared()) {
    root.append(makeHeading(t("view.data")), await coverage());
    return;
  }
  const parts = await Promise.all([
    coverage(),
    part(visit, "task.imports", "roles.any", () => showImports(visit)),
    part(visit, "task.answers", "roles.read", () => makeFits(visit)),
    makeUpload(visit),
  ]);
  const [covered, imports, fits, upload] = parts;
  root.append(
    makeHeading(t("view.data")),
    covered,
    make(
      "section",
      { "aria-labelledby": "upload-title" },
      make("h2", { id: "upload-title" }, t("upload.title")),
      upload,
    ),
    make(
      "section",
      { "aria-labelledby": "imported" },
      make("h2", { id: "imported" }, t("imports.title")),
      make("div", { id: "list" }, imports),
    ),
    make("section", { "aria-labelledby": "fits-title" }, make("h2", { id: "fits-title" }, t("fits.title")), fits),
  );
}
