// Tables of documents, which come as HTML: read in a document of their own, in which nothing
// runs or loads, and built anew of the few elements that a table needs.

import { h } from './dom.js';

const kept = new Set(['TABLE', 'THEAD', 'TBODY', 'TFOOT', 'TR', 'TH', 'TD', 'CAPTION', 'SUP', 'SUB', 'BR']);
const dropped = new Set(['SCRIPT', 'STYLE', 'TEMPLATE', 'IFRAME', 'OBJECT', 'NOSCRIPT']);
const mostCells = 20_000;

// Browsers with Trusted Types let nothing else on this page be parsed.
const policy = globalThis.trustedTypes?.createPolicy('inert', { createHTML: (text) => text });

/** tables are the tables of a text of HTML, as elements; null where there is none. text makes
 *  the nodes of a cell's text. */
export function tables(html, text = (s) => [s]) {
  const parsed = new DOMParser().parseFromString(policy ? policy.createHTML(html) : html, 'text/html');
  const found = [...parsed.querySelectorAll('table')].filter((t) => !t.parentElement.closest('table'));
  if (!found.length || parsed.querySelectorAll('td, th').length > mostCells) return null;
  return found.map((table) => h('div', { class: 'table', tabindex: '0', role: 'group', 'aria-label': 'Table' }, rebuilt(table, text)));
}

function rebuilt(element, text) {
  const made = document.createElement(element.tagName);
  if (element.tagName === 'TD' || element.tagName === 'TH') copySpans(element, made);
  made.append(...children(element, text));
  return made;
}

function children(element, text) {
  return [...element.childNodes].flatMap((child) => {
    if (child.nodeType === Node.TEXT_NODE) return cellText(child, text);
    if (child.nodeType !== Node.ELEMENT_NODE || dropped.has(child.tagName)) return [];
    return kept.has(child.tagName) ? [rebuilt(child, text)] : children(child, text);
  });
}

const cellText = (node, text) => (node.parentElement.closest('td, th, caption') ? text(node.data) : []);

function copySpans(from, to) {
  for (const [name, most] of [['colspan', 1000], ['rowspan', 10_000]]) {
    const n = Number(from.getAttribute(name));
    if (Number.isInteger(n) && n > 1) to.setAttribute(name, Math.min(n, most));
  }
}
