// What a document can be downloaded as; words says that each word's place has to be known.

import { h } from './dom.js';

export const formats = [
  { name: 'md', extension: '.md', label: 'Markdown' },
  { name: 'txt', extension: '.txt', label: 'Plain text' },
  { name: 'pdf', extension: '.searchable.pdf', label: 'Searchable PDF', words: true },
  { name: 'html', extension: '.html', label: 'HTML' },
  { name: 'json', extension: '.json', label: 'JSON', hint: 'regions, boxes, words' },
  { name: 'ndjson', extension: '.ndjson', label: 'JSON lines', hint: 'a page a line' },
  { name: 'zip', extension: '.zip', label: 'Zip', hint: 'Markdown with pictures' },
  { name: 'docling', extension: '.docling.json', label: 'DoclingDocument' },
  { name: 'hocr', extension: '.hocr.html', label: 'hOCR' },
  { name: 'alto', extension: '.alto.xml', label: 'ALTO XML' },
];

/** save has the browser save bytes as a file. */
export function save(blob, name) {
  const link = h('a', { href: URL.createObjectURL(blob), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** stem is the name of a file without what says its type. */
export const stem = (name) => (name || 'document').replace(/\.[A-Za-z0-9]{1,5}$/, '') || 'document';
