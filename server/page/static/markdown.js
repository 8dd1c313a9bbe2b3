// Markdown as models write it, as elements: headings, lists, quotes, code, tables, formulas,
// emphasis, links. HTML in it is text, but for tables.

import { h } from './dom.js';
import { formula } from './math.js';
import { tables } from './table.js';

const fence = /^\s{0,3}(```+|~~~+)\s*\S*\s*$/;
const item = /^(\s*)([-*+•]|\d{1,9}[.)])\s+(.*)$/;
const heading = /^\s{0,3}(#{1,6})\s+(.*)$/;
const rule = /^\s{0,3}([-*_])(\s*\1){2,}\s*$/;
const bars = /^(?=[^|]*\|)(?=[^-]*-)[\s|:-]+$/;

/** blocks are the elements of a text of Markdown. */
export function blocks(text) {
  const lines = text.replace(/\r\n?/g, '\n').split('\n');
  const out = [];
  for (let i = 0; i < lines.length;) {
    const made = blockAt(lines, i);
    if (made.element) out.push(...[made.element].flat());
    i = Math.max(made.next, i + 1);
  }
  return out;
}

function blockAt(lines, i) {
  const line = lines[i];
  if (line.trim() === '') return { next: i + 1 };
  const title = heading.exec(line);
  if (title) return { element: h(`h${Math.min(title[1].length + 2, 6)}`, {}, inline(unclosed(title[2].trim()))), next: i + 1 };
  if (fence.test(line)) return code(lines, i);
  if (rule.test(line)) return { element: h('hr'), next: i + 1 };
  if (/^\s*<table[\s>]/i.test(line)) return htmlTable(lines, i);
  if (/^\s*(\$\$|\\\[)/.test(line)) return display(lines, i);
  if (line.includes('|') && bars.test(lines[i + 1] ?? '')) return barTable(lines, i);
  if (item.test(line)) return list(lines, i);
  if (/^\s*>/.test(line)) {
    const end = until(lines, i, (l) => !/^\s*>/.test(l));
    return { element: h('blockquote', {}, lines.slice(i, end).flatMap((l, k) => [k ? h('br') : null, inline(l.replace(/^\s*>\s?/, ''))].flat())), next: end };
  }
  return paragraph(lines, i);
}

// unclosed is a heading without the marks that may end it, after a space.
function unclosed(text) {
  let end = text.length;
  while (text[end - 1] === '#') end--;
  return end === 0 || /\s/.test(text[end - 1]) ? text.slice(0, end).trimEnd() : text;
}

function until(lines, i, over) {
  while (i < lines.length && !over(lines[i])) i++;
  return i;
}

function paragraph(lines, i) {
  const end = until(lines, i + 1, (l) => l.trim() === '' || heading.test(l) || fence.test(l) || item.test(l) || /^\s*(<table[\s>]|\$\$|\\\[|>)/i.test(l));
  return { element: h('p', {}, broken(lines.slice(i, end).join('\n'))), next: end };
}

function code(lines, i) {
  const end = until(lines, i + 1, (l) => fence.test(l));
  return { element: h('pre', { tabindex: '0' }, h('code', {}, lines.slice(i + 1, end).join('\n'))), next: end + 1 };
}

function htmlTable(lines, i) {
  const end = until(lines, i, (l) => /<\/table>/i.test(l)) + 1;
  const text = lines.slice(i, end).join('\n');
  return { element: tables(text, inline) ?? h('p', {}, text), next: end };
}

function display(lines, i) {
  const close = /^\s*\$\$/.test(lines[i]) ? '$$' : '\\]';
  const end = lines[i].trim().length > 2 && lines[i].trim().endsWith(close) ? i : until(lines, i + 1, (l) => l.trim().endsWith(close));
  return { element: formula(lines.slice(i, end + 1).join('\n'), true), next: end + 1 };
}

function barTable(lines, i) {
  const end = until(lines, i + 2, (l) => !l.includes('|') || l.trim() === '');
  const cells = (line) => line.trim().replace(/^\||\|$/g, '').split(/(?<!\\)\|/).map((c) => c.trim().replaceAll('\\|', '|'));
  const row = (line, tag) => h('tr', {}, cells(line).map((c) => h(tag, {}, inline(c))));
  const table = h('table', {}, h('thead', {}, row(lines[i], 'th')), h('tbody', {}, lines.slice(i + 2, end).map((l) => row(l, 'td'))));
  return { element: h('div', { class: 'table', tabindex: '0', role: 'group', 'aria-label': 'Table' }, table), next: end };
}

function list(lines, i) {
  const end = until(lines, i, (l) => l.trim() === '' || !(item.test(l) || /^\s{2,}\S/.test(l)));
  const items = [];
  for (const line of lines.slice(i, end)) {
    const found = item.exec(line);
    if (found) items.push({ mark: found[2], text: found[3], depth: Math.min(Math.floor(found[1].length / 2), 4) });
    else if (items.length) items.at(-1).text += '\n' + line.trim();
  }
  const ordered = /^\d/.test(items[0].mark);
  const made = items.map((it) => h('li', { 'data-depth': it.depth, value: ordered ? parseInt(it.mark, 10) : null }, broken(it.text)));
  return { element: h(ordered ? 'ol' : 'ul', {}, made), next: end };
}

/** broken is inline text whose lines stay lines. */
export function broken(text) {
  return text.split('\n').flatMap((line, i) => (i ? [h('br'), ...inline(line)] : inline(line)));
}

const marks = [
  { find: /`([^`\n]+)`/g, make: (m) => h('code', {}, m[1]) },
  { find: /\\\((.+?)\\\)/g, make: (m) => formula(m[1], false) },
  { find: /\$\$(.+?)\$\$/g, make: (m) => formula(m[1], false) },
  { find: /\$(?=\S)([^$\n]*[\\^_={}][^$\n]*?)(?<=\S)\$(?!\d)/g, make: (m) => formula(m[1], false) },
  { find: /!\[([^\]\n]*)\]\(([^()\s]*)\)/g, make: (m) => h('span', { class: 'absent' }, m[1] || 'picture') },
  { find: /\[([^\]\n]+)\]\(([^()\s]+)\)/g, make: (m) => link(m[1], m[2]) },
  { find: /\*\*(?=\S)(.+?)(?<=\S)\*\*/g, make: (m) => h('strong', {}, inline(m[1])) },
  { find: /(?<![\w*])\*(?=[^\s*])(.+?)(?<=[^\s*])\*(?![\w*])/g, make: (m) => h('em', {}, inline(m[1])) },
  { find: /<(sup|sub)>([^<>]*)<\/\1>/gi, make: (m) => h(m[1].toLowerCase(), {}, m[2]) },
  { find: /<br\s*\/?>/gi, make: () => h('br') },
];

// A longer line is no prose; looking for marks in it takes time that grows with its square.
const longestLine = 4_000;

/** inline is a line of Markdown as nodes. Each mark is looked for again only when the one that was
 *  found lies behind. */
export function inline(text) {
  const out = [];
  if (text.length > longestLine) return [text];
  const next = marks.map(() => ({ index: -1 }));
  for (let at = 0; ;) {
    let first = -1;
    marks.forEach((mark, i) => {
      if (next[i] && next[i].index < at) {
        mark.find.lastIndex = at;
        next[i] = mark.find.exec(text);
      }
      if (next[i] && (first < 0 || next[i].index < next[first].index)) first = i;
    });
    if (first < 0) return at < text.length ? [...out, text.slice(at)] : out;
    const found = next[first];
    if (found.index > at) out.push(text.slice(at, found.index));
    at = found.index + found[0].length; // before make, which may look for marks itself
    out.push(marks[first].make(found));
  }
}

/** link is a link where its address is one of the web or of mail; else only its text. */
function link(text, address) {
  let url;
  try { url = new URL(address); } catch { return h('span', {}, text); }
  if (!['http:', 'https:', 'mailto:'].includes(url.protocol)) return h('span', {}, text);
  return h('a', { href: url.href, rel: 'noopener noreferrer nofollow', target: '_blank' }, text);
}
