// Fields that were found, each with the place where it stands.

import { copy, h } from './dom.js';
import { count } from './words.js';

/** fields shows an extraction. point shows a place on a page. */
export function fields(found, point) {
  const all = [...leaves(found.data, '')];
  const there = all.filter(([, value]) => value !== null).length;
  return [
    h('div', { class: 'meta shown' },
      h('span', {}, `${there} of ${count(all.length, 'value')} found${found.method === 'heuristic' ? ', by labels and places' : ''}`),
      h('button', { type: 'button', class: 'small', click: (e) => copy(JSON.stringify(found.data, null, 2), e.currentTarget) }, 'Copy as JSON')),
    h('dl', { class: 'found' }, [...rows(found.data, '')].map(([path, value]) => h('div', {},
      h('dt', {}, label(path)),
      h('dd', {}, isTable(value) ? table(path, value, found, point) : one(path, value, found, point))))),
    (found.schema_errors ?? []).map((e) => h('p', { class: 'fault' }, `${label(e.path)}: ${e.detail}`)),
  ];
}

const isTable = (value) => Array.isArray(value) && value.length > 0 && value.every((v) => v && typeof v === 'object' && !Array.isArray(v));

const below = (path, name) => `${path}/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;

/** rows are what is shown in a row each, by JSON Pointer: values, and lists of objects as tables. */
function* rows(data, path) {
  if (data === null || typeof data !== 'object' || isTable(data)) yield [path, data];
  else if (!Object.keys(data).length) yield [path, null];
  else for (const [name, value] of Object.entries(data)) yield* rows(value, below(path, name));
}

/** leaves are the values in data, by JSON Pointer. */
function* leaves(data, path) {
  if (data === null || typeof data !== 'object') yield [path, data];
  else for (const [name, value] of Object.entries(data)) yield* leaves(value, below(path, name));
}

function table(path, list, found, point) {
  const columns = [...new Set(list.flatMap((item) => Object.keys(item)))];
  return h('div', { class: 'table', tabindex: '0', role: 'group', 'aria-label': label(path) }, h('table', {},
    h('thead', {}, h('tr', {}, columns.map((c) => h('th', {}, c.replaceAll('_', ' '))))),
    h('tbody', {}, list.map((item, i) => h('tr', {}, columns.map((c) => h('td', {}, one(below(below(path, i), c), item[c] ?? null, found, point, true))))))));
}

/** one is a value, which leads to its place where that is known. */
function one(path, value, found, point, bare = false) {
  const evidence = found.evidence?.[path];
  const text = shown(value);
  if (!evidence) return h('span', { class: value === null ? 'value absent' : 'value', dir: 'auto' }, bare && value === null ? '–' : text);
  const conflict = found.conflicts?.find((c) => c.path === path);
  return [
    h('button', { type: 'button', class: 'value', title: evidence.text, 'aria-label': `${label(path)}: ${text}, on page ${evidence.page}`, click: () => point(evidence.page, evidence.bbox) },
      h('span', { dir: 'auto' }, text), bare ? null : h('span', { class: 'quiet' }, `page ${evidence.page}`)),
    conflict ? h('p', { class: 'fault' }, `Pages differ: ${conflict.values.map((v) => `${shown(v.value)} on page ${v.page}`).join(', ')}`) : null,
  ].filter(Boolean);
}

function shown(value) {
  if (value === null) return 'not found';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const label = (path) => path.split('/').slice(1).map((p) => p.replaceAll('~1', '/').replaceAll('~0', '~'))
  .map((p) => (/^\d+$/.test(p) ? String(Number(p) + 1) : p.replaceAll('_', ' '))).join(' › ');
