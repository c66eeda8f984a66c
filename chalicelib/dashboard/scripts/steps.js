// Which data are missing for an answer, and how to send them.
import { make } from "./dom.js";
import { withCode } from "./codes.js";
import { t } from "./language.js";
import { isShared } from "./session.js";
import { linkTo } from "./state.js";

// names: steps.NAME is the text of a step, and steps.NAME_more how to do it.
export function makeSteps(names) {
  return make(
    "section",
    {},
    make("h2", {}, t("steps.title")),
    make(
      "ol",
      { class: "steps" },
      names.map((one) =>
        make("li", {}, make("strong", {}, t(`steps.${one}`)), make("p", {}, withCode(t(`steps.${one}_more`)))),
      ),
    ),
    isShared() ? null : make("p", {}, make("a", { class: "button", href: linkTo("data") }, t("empty.start"))),
  );
}
