// Tables of documents, which come as HTML. Their tags are read here and not by the browser, which
// would look at what they carry; of these the few that a table needs are built anew.

import { h } from './dom.js';

const token = /<!--[\s\S]*?(?:-->|$)|<\/?([a-zA-Z][a-zA-Z0-9]*)(?![a-zA-Z0-9])((?:[^<>"']|"[^"<]*"|'[^'<]*')*)>/g;
const silent = new Set(['script', 'style', 'template', 'iframe', 'object', 'noscript', 'textarea', 'title']);
const inline = new Set(['sup', 'sub']);
const mostCells = 20_000;
const longest = 500_000; // characters
const mostSpan = { colspan: 1000, rowspan: 10_000 };

const names = { amp: '&', lt: '<', gt: '>', quot: '"', apos: '\'', nbsp: '\u00a0', euro: '€', pound: '£', copy: '©', reg: '®', deg: '°', plusmn: '±', times: '×', mdash: '—', ndash: '–', hellip: '…', middot: '·', le: '≤', ge: '≥' };

function decoded(text) {
  return text.replace(/&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-z]{2,8}));/g, (whole, decimal, hex, name) => {
    if (name) return names[name] ?? whole;
    const code = decimal ? Number(decimal) : parseInt(hex, 16);
    return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : whole;
  });
}

/** tables are the tables of a text of HTML, as elements; null where there is none, or more than can
 *  be shown. text makes the nodes of a cell's text. */
export function tables(html, text = (s) => [s]) {
  if (html.length > longest) return null;
  const reader = new Reader(text);
  let at = 0;
  for (const found of html.matchAll(token)) {
    reader.text(decoded(html.slice(at, found.index)));
    at = found.index + found[0].length;
    if (!found[1]) continue;
    const name = found[1].toLowerCase();
    if (found[0][1] === '/') reader.close(name);
    else reader.open(name, found[2]);
    if (reader.cells > mostCells) return null;
  }
  reader.text(decoded(html.slice(at)));
  return reader.tables.length ? reader.tables.map((t) => h('div', { class: 'table', tabindex: '0', role: 'group', 'aria-label': 'Table' }, t)) : null;
}

// Reader builds tables of tags and text, one after the other. A table in a table becomes text of its
// cell.
class Reader {
  constructor(made) {
    Object.assign(this, { made, tables: [], table: null, part: null, row: null, cell: null, mark: null, depth: 0, mute: '', cells: 0 });
  }

  open(name, attributes) {
    if (this.mute) return;
    if (silent.has(name)) this.mute = name;
    else if (name === 'table') this.openTable();
    else if (this.depth !== 1) { if (name === 'td' || name === 'th') this.cell?.append(' '); }
    else if (name === 'thead' || name === 'tbody' || name === 'tfoot') { this.part = h(name); this.table.append(this.part); this.row = this.cell = null; }
    else if (name === 'caption') { this.cell = h('caption'); this.table.prepend(this.cell); }
    else if (name === 'tr') this.openRow();
    else if (name === 'td' || name === 'th') this.openCell(name, attributes);
    else if (name === 'br') (this.mark ?? this.cell)?.append(h('br'));
    else if (inline.has(name) && this.cell) { this.mark = h(name); this.cell.append(this.mark); }
  }

  openTable() {
    if (this.depth++ > 0) return;
    this.table = h('table');
    this.tables.push(this.table);
    this.part = this.row = this.cell = this.mark = null;
  }

  openRow() {
    if (!this.part) { this.part = h('tbody'); this.table.append(this.part); }
    this.row = h('tr');
    this.part.append(this.row);
    this.cell = this.mark = null;
  }

  openCell(name, attributes) {
    if (!this.row) this.openRow();
    this.cell = h(name);
    this.mark = null;
    this.cells++;
    for (const [, span, n] of attributes.matchAll(/\b(colspan|rowspan)\s*=\s*["']?(\d{1,6})\b/gi)) {
      const key = span.toLowerCase();
      if (Number(n) > 1) this.cell.setAttribute(key, Math.min(Number(n), mostSpan[key]));
    }
    this.row.append(this.cell);
  }

  close(name) {
    if (this.mute) {
      if (name === this.mute) this.mute = '';
    } else if (name === 'table') {
      this.depth = Math.max(0, this.depth - 1);
      if (this.depth === 0) this.table = this.part = this.row = this.cell = this.mark = null;
    } else if (this.depth !== 1) return;
    else if (name === 'td' || name === 'th' || name === 'caption' || name === 'tr') this.cell = this.mark = null;
    else if (name === 'thead' || name === 'tbody' || name === 'tfoot') this.part = this.row = this.cell = this.mark = null;
    else if (inline.has(name)) this.mark = null;
  }

  text(text) {
    if (this.mute || !this.cell || !text) return;
    if (this.mark) this.mark.append(text);
    else this.cell.append(...this.made(text));
  }
}
