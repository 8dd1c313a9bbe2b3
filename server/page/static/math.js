// Formulas: LaTeX to MathML, which the browser draws. The library is loaded with the first one.

import { h } from './dom.js';

const longest = 5_000; // characters of a formula that is drawn
const settings = { trust: false, throwOnError: true, strict: false, maxSize: [20, 200], maxExpand: 500 };
let library = null;

/** bare is LaTeX without what marks it as a formula. */
export function bare(latex) {
  const text = latex.trim();
  for (const [open, close] of [['$$', '$$'], ['\\[', '\\]'], ['\\(', '\\)'], ['$', '$']]) {
    if (text.startsWith(open) && text.endsWith(close) && text.length > open.length + close.length) return text.slice(open.length, -close.length).trim();
  }
  return text;
}

/** formula is an element that shows a formula as soon as that is drawn, and its LaTeX until then
 *  or where it cannot be. */
export function formula(latex, display) {
  const source = bare(latex);
  const element = h(display ? 'div' : 'span', { class: display ? 'formula' : 'inline-formula', title: source.slice(0, 300) }, source);
  if (source.length <= longest) draw(element, source, display);
  return element;
}

async function draw(element, source, display) {
  library ??= import('./vendor/temml.js').then((module) => module.default);
  try {
    const temml = await library;
    const drawn = document.createElement('div');
    temml.render(source, drawn, { ...settings, displayMode: display });
    if (harmless(drawn)) element.replaceChildren(...drawn.childNodes);
  } catch { /* the LaTeX stays */ }
}

const namespace = 'http://www.w3.org/1998/Math/MathML';
const strange = /^(on|href|src|xlink|action)/i;

// The library makes MathML only and heeds trust; a formula that has anything else is not shown.
function harmless(element) {
  return [...element.querySelectorAll('*')].every((e) => e.namespaceURI === namespace && e.localName !== 'annotation-xml' &&
    [...e.attributes].every((a) => !strange.test(a.name)));
}
