// What went wrong, in the language of the page.
import { knowsCode, problemOf } from "./codes.js";
import { t } from "./language.js";
import { Problem } from "./session.js";

// A problem by the title and meaning of its code, with the message of the service in brackets. For
// status 403: which role is needed; the message of the service contains the role of the key.
export function explain(error, task, roles) {
  if (!(error instanceof Problem)) return error.message;
  if (error.status === 403) return t("problem.role", { task: t(task), message: error.message, roles: t(roles) });
  if (!knowsCode(error.code)) return error.message;
  const { title, meaning } = problemOf(error.code);
  return t("problem.known", { title, meaning: meaning.replaceAll("`", ""), message: error.message });
}
