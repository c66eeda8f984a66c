// Creates elements of the page. Data from the API become text, never HTML.

export const $ = (id) => document.getElementById(id);

export function make(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value === true ? "" : value);
  }
  node.append(
    ...children
      .flat(Infinity)
      .filter((child) => child !== null && child !== undefined && child !== false && child !== ""),
  );
  return node;
}

// Text from a file. `bdi` isolates its direction, so that it cannot reorder the surrounding text.
export const foreign = (text) => make("bdi", {}, text);

export function makeButton(label, act, attributes = {}) {
  const button = make("button", { type: "button", class: "plain", ...attributes }, label);
  button.addEventListener("click", () => act(button));
  return button;
}

// options: { value, label, disabled }
export function makeSelect(attributes, options, chosen, act) {
  const select = make(
    "select",
    attributes,
    options.map((one) => make("option", { value: one.value, disabled: one.disabled }, one.label)),
  );
  select.value = chosen;
  select.addEventListener("change", () => act(select.value));
  return select;
}

export const labelled = (label, control) => make("label", { class: "field" }, make("span", {}, label), control);

// columns: { label, cell(row), tone(row) (CSS class), words (left-aligned), short (no line breaks),
// wide (on a separate line on narrow screens), head (the cell names its row) }
// isHidden: the caption is for screen readers only
export function makeTable(caption, columns, rows, isHidden = false) {
  const side = (column) => (column.words ? "words" : null);
  const head = columns.map((column) =>
    make("th", { scope: "col", role: "columnheader", class: side(column) }, column.label),
  );
  const line = (row) =>
    columns.map((column) => {
      const classes = [side(column), column.short && "short", column.wide && "wide", column.tone && column.tone(row)]
        .filter(Boolean)
        .join(" ");
      const attributes = { "data-label": column.label, class: classes || null };
      return column.head
        ? make("th", { scope: "row", role: "rowheader", ...attributes }, column.cell(row))
        : make("td", { role: "cell", ...attributes }, column.cell(row));
    });
  return make(
    "table",
    { class: "stack", role: "table" },
    caption ? make("caption", { class: isHidden ? "visually-hidden" : null }, caption) : null,
    make("thead", { role: "rowgroup" }, make("tr", { role: "row" }, head)),
    make(
      "tbody",
      { role: "rowgroup" },
      rows.map((row) => make("tr", { role: "row" }, line(row))),
    ),
  );
}
