// What was read in a region, as elements.

import { h } from './dom.js';
import { blocks, broken } from './markdown.js';
import { formula } from './math.js';
import { tables } from './table.js';

/** content is what was read in a region. crop makes the picture of it. */
export function content(region, crop) {
  if (region.type === 'image' && !region.content) return crop ? [crop(region)] : [h('p', { class: 'absent' }, 'Picture')];
  switch (region.format) {
    case 'html': return tables(region.content, broken) ?? plain(region);
    case 'latex': return [formula(region.content, true)];
    case 'markdown': return blocks(region.content);
    default: return plain(region);
  }
}

function plain(region) {
  const text = region.content;
  switch (region.type) {
    case 'title': return [h(`h${Math.min((region.level || 1) + 2, 6)}`, {}, text)];
    case 'code': return [h('pre', { tabindex: '0' }, h('code', {}, text))];
    case 'table': return [h('pre', { class: 'loose', tabindex: '0' }, text)];
    default: return text.split(/\n{2,}/).filter((p) => p.trim()).map((p) => h('p', {}, p.split('\n').flatMap((line, i) => (i ? [h('br'), line] : [line]))));
  }
}

/** plainText is what is copied of a region. */
export function plainText(region) {
  if (region.format !== 'html') return region.content;
  const made = tables(region.content);
  if (!made) return region.content;
  return made.flatMap((t) => [...t.querySelectorAll('tr')]).map((row) => [...row.cells].map((c) => c.textContent.trim()).join('\t')).join('\n');
}
