// Fields that were found, each with the place where it stands.

import { copy, h } from './dom.js';
import { count } from './words.js';

/** fields shows an extraction. point shows a place on a page. */
export function fields(found, point) {
  const rows = [...leaves(found.data, '')];
  const there = rows.filter(([, value]) => value !== null).length;
  return [
    h('div', { class: 'meta shown' },
      h('span', {}, `${there} of ${count(rows.length, 'field')} found${found.method === 'heuristic' ? ', by labels and places' : ''}`),
      h('button', { type: 'button', class: 'small', click: (e) => copy(JSON.stringify(found.data, null, 2), e.currentTarget) }, 'Copy as JSON')),
    h('dl', { class: 'found' }, rows.map(([path, value]) => row(path, value, found, point))),
    (found.schema_errors ?? []).map((e) => h('p', { class: 'fault' }, `${label(e.path)}: ${e.detail}`)),
  ];
}

function row(path, value, found, point) {
  const evidence = found.evidence?.[path];
  const conflict = found.conflicts?.find((c) => c.path === path);
  const text = value === null ? 'not found' : value === true ? 'yes' : value === false ? 'no' : String(value);
  const shown = evidence
    ? h('button', { type: 'button', class: 'value', title: evidence.text, 'aria-label': `${label(path)}: ${text}, on page ${evidence.page}`, click: () => point(evidence.page, evidence.bbox) },
      h('span', { dir: 'auto' }, text), h('span', { class: 'quiet' }, `page ${evidence.page}`))
    : h('span', { class: value === null ? 'value absent' : 'value', dir: 'auto' }, text);
  return h('div', {}, h('dt', {}, label(path)), h('dd', {}, shown,
    conflict ? h('p', { class: 'fault' }, `Pages differ: ${conflict.values.map((v) => `${JSON.stringify(v.value)} on page ${v.page}`).join(', ')}`) : null));
}

/** leaves are the values in data with their JSON Pointers. */
function* leaves(data, path) {
  if (data === null || typeof data !== 'object') {
    yield [path, data];
    return;
  }
  const entries = Object.entries(data);
  if (!entries.length && path) yield [path, null];
  for (const [name, value] of entries) yield* leaves(value, `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);
}

const label = (path) => path.split('/').slice(1).map((p) => p.replaceAll('~1', '/').replaceAll('~0', '~'))
  .map((p) => (/^\d+$/.test(p) ? String(Number(p) + 1) : p.replaceAll('_', ' '))).join(' › ');
