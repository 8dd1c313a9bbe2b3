// Which fields are to be found: by name and type, or as a JSON Schema or an example.

import { h, set } from './dom.js';

const kinds = {
  text: { label: 'Text', schema: { type: 'string' } },
  number: { label: 'Number', schema: { type: 'number' } },
  integer: { label: 'Whole number', schema: { type: 'integer' } },
  date: { label: 'Date', schema: { type: 'string', format: 'date' } },
  boolean: { label: 'Yes or no', schema: { type: 'boolean' } },
  texts: { label: 'List of texts', schema: { type: 'array', items: { type: 'string' } } },
  rows: { label: 'Table', schema: { type: 'array', items: { type: 'object' } } },
};

const examples = {
  Invoice: [['invoice_number', 'text'], ['date', 'date'], ['total', 'number'], ['items', 'rows', 'item, quantity, amount']],
  Letter: [['sender', 'text'], ['recipient', 'text'], ['date', 'date'], ['subject', 'text']],
  Receipt: [['merchant', 'text'], ['date', 'date'], ['total', 'number'], ['currency', 'text']],
};

export class SchemaEditor {
  constructor() {
    this.rows = h('ul', { class: 'fields', 'aria-label': 'Fields' });
    this.json = h('textarea', { id: 'schema-json', rows: '9', spellcheck: 'false', placeholder: '{"invoice_number": "", "total": 0}' });
    this.fault = h('p', { class: 'fault', role: 'alert' });
    this.byJSON = false;
    this.list = h('div', {}, this.rows, h('div', { class: 'line-of' },
      h('button', { type: 'button', click: () => { this.add().querySelector('input').focus(); } }, 'Add a field'),
      h('span', { class: 'quiet' }, 'or start from'),
      Object.entries(examples).map(([name, fields]) => h('button', { type: 'button', class: 'link', click: () => this.fill(fields) }, name.toLowerCase()))));
    this.text = h('div', {}, h('label', { for: 'schema-json' }, 'JSON Schema, or an example of what you want'), this.json);
    this.toggle = h('button', { type: 'button', class: 'link', click: () => this.turn() });
    this.element = h('div', { class: 'schema' }, this.list, this.text, this.fault, this.toggle);
    this.add();
    this.show();
  }

  show() {
    this.list.hidden = this.byJSON;
    this.text.hidden = !this.byJSON;
    this.toggle.textContent = this.byJSON ? 'Name the fields one by one' : 'Write it as JSON';
    this.fault.textContent = '';
  }

  turn() {
    if (!this.byJSON && this.named().length) this.json.value = JSON.stringify(this.schema(), null, 2);
    this.byJSON = !this.byJSON;
    this.show();
    if (this.byJSON) this.json.focus();
  }

  fill(fields) {
    set(this.rows);
    for (const field of fields) this.add(...field);
  }

  /** example names the fields of an invoice where none are named. */
  example() {
    if (!this.byJSON && !this.named().length) this.fill(examples.Invoice);
  }

  add(name = '', kind = 'text', columns = '') {
    const columnsInput = h('input', { class: 'columns', placeholder: 'columns, by commas', 'aria-label': 'Columns', value: columns, maxlength: '400' });
    const select = h('select', { 'aria-label': 'Type', change: () => { columnsInput.hidden = select.value !== 'rows'; } },
      Object.entries(kinds).map(([value, { label }]) => h('option', { value, selected: value === kind }, label)));
    columnsInput.hidden = kind !== 'rows';
    const row = h('li', {}, h('input', { class: 'name', placeholder: 'name', 'aria-label': 'Name of the field', value: name, maxlength: '100', autocomplete: 'off' }),
      select, columnsInput, h('button', { type: 'button', class: 'icon', 'aria-label': 'Remove the field', click: () => row.remove() }, '×'));
    this.rows.append(row);
    return row;
  }

  named() {
    return [...this.rows.children].map((row) => ({
      name: row.querySelector('.name').value.trim(), kind: row.querySelector('select').value, columns: row.querySelector('.columns').value,
    })).filter((field) => field.name);
  }

  schema() {
    const properties = {};
    for (const { name, kind, columns } of this.named()) properties[name] = kind === 'rows' ? table(columns) : kinds[kind].schema;
    return { type: 'object', properties };
  }

  /** value is the schema as the server takes it; null, with the reason shown, where there is none. */
  value() {
    this.fault.textContent = '';
    if (!this.byJSON) {
      if (this.named().length) return JSON.stringify(this.schema());
      return this.refuse('Name at least one field.');
    }
    try {
      const parsed = JSON.parse(this.json.value);
      if (parsed && typeof parsed === 'object' && !Array.isArray(parsed)) return JSON.stringify(parsed);
      return this.refuse('It must be a JSON object: {"name": ""}.');
    } catch (error) {
      return this.refuse(`This is no JSON: ${error.message}.`);
    }
  }

  refuse(reason) {
    this.fault.textContent = reason;
    return null;
  }
}

function table(columns) {
  const names = columns.split(',').map((c) => c.trim()).filter(Boolean);
  const properties = Object.fromEntries((names.length ? names : ['description', 'value']).map((name) => [name, { type: 'string' }]));
  return { type: 'array', items: { type: 'object', properties } };
}
