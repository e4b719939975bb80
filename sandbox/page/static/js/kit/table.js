/** Tables: https://docs.slack.dev/reference/block-kit/blocks/table-block */

import { h } from "../dom.js";
import { renderRichText } from "./richtext.js";

/** Draws a table block. */
export function renderTable(block, ctx) {
  return tableOf(
    block.rows.map((row) => row.map((cell) => content(cell, ctx))),
    block.column_settings ?? [],
  );
}

/**
 * Returns a table whose first row names the columns. It scrolls by itself, and takes the focus so that keys can do so.
 * @param {(Node|string)[][]} rows
 * @param {{align?: string, is_wrapped?: boolean}[]} columns
 */
export function tableOf([names, ...rows], columns) {
  const table = h(
    "table",
    { class: "k-table" },
    h("thead", {}, tableRow("th", names, columns)),
    h("tbody", {}, ...rows.map((row) => tableRow("td", row, columns))),
  );
  return h("div", { class: "k-table-wrap", role: "group", tabindex: "0", "aria-label": "Table" }, table);
}

function tableRow(tag, cells, columns) {
  return h("tr", {}, ...cells.map((cell, index) => tableCell(tag, cell, columns[index] ?? {})));
}

function tableCell(tag, content, { align, is_wrapped: isWrapped }) {
  const node = h(tag, { class: isWrapped ? "k-wrapped" : null, scope: tag === "th" ? "col" : null }, content);
  if (align) node.style.textAlign = align;
  return node;
}

function content(cell, ctx) {
  if (cell.type === "rich_text") return renderRichText(cell.elements, ctx);
  return cell.type === "raw_number" ? cell.text || String(cell.value) : cell.text;
}
