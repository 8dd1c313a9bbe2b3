// Where documents come in: dropped, chosen, pasted, or the sample.

import { call } from './api.js';
import { $, set } from './dom.js';
import { SchemaEditor } from './schema.js';
import { bytes } from './words.js';

const readable = 'application/pdf,image/*,.pdf,.png,.jpg,.jpeg,.webp,.gif,.bmp,.tif,.tiff,.heic,.avif';

export class Start {
  /** take is given each file with the options to read it with. */
  constructor({ take, maxUpload }) {
    Object.assign(this, { take, maxUpload });
    this.schema = new SchemaEditor();
    set($('schema-place'), this.schema.element);
    $('file-input').setAttribute('accept', readable);
    $('file-input').addEventListener('change', (e) => { this.files(e.target.files); e.target.value = ''; });
    $('sample').addEventListener('click', () => this.sample());
    for (const radio of document.querySelectorAll('input[name=kind]')) radio.addEventListener('change', () => this.kindChanged());
    this.kindChanged();
    this.watchDrops();
    document.addEventListener('paste', (e) => { if (e.clipboardData?.files.length && !$('start').hidden) this.files(e.clipboardData.files); });
  }

  get kind() { return document.querySelector('input[name=kind]:checked').value; }

  /** choose shows the editor of fields, for a file that was read already. */
  choose(kind) {
    for (const radio of document.querySelectorAll('input[name=kind]')) radio.checked = radio.value === kind;
    this.kindChanged();
  }

  kindChanged() { $('schema-place').hidden = this.kind !== 'extract'; }

  watchDrops() {
    let depth = 0;
    const over = (is) => document.body.classList.toggle('dropping', is);
    document.addEventListener('dragenter', (e) => { if (carriesFiles(e)) { depth++; over(true); } });
    document.addEventListener('dragleave', (e) => { if (carriesFiles(e) && --depth <= 0) { depth = 0; over(false); } });
    document.addEventListener('dragover', (e) => { if (carriesFiles(e)) e.preventDefault(); });
    document.addEventListener('drop', (e) => {
      if (!carriesFiles(e)) return;
      e.preventDefault();
      depth = 0;
      over(false);
      this.files(e.dataTransfer.files);
    });
  }

  async sample() {
    $('sample').disabled = true;
    try {
      const name = this.kind === 'extract' ? 'sample.png' : 'sample.pdf'; // the first is an invoice
      const content = await (await call(`/page/${name}`)).blob();
      if (this.kind === 'extract') this.schema.example();
      this.files([new File([content], name, { type: content.type })]);
    } catch (error) {
      this.refuse(error.message);
    }
    $('sample').disabled = false;
  }

  files(files) {
    this.refuse('');
    const values = this.values();
    if (!values) return;
    const all = [...files].filter((file) => file.size > 0);
    if (!all.length) this.refuse('That is no file, or an empty one.');
    const large = all.find((file) => file.size > this.maxUpload);
    if (large) { this.refuse(`${large.name} has ${bytes(large.size)}, and the server takes files of at most ${bytes(this.maxUpload)}.`); return; }
    for (const [i, file] of all.entries()) this.take(file, this.kind, values, i === 0);
  }

  refuse(reason) { set($('start-fault'), reason); }

  /** values are the options of a request; null where one cannot be. */
  values() {
    const values = {};
    const pages = $('option-pages').value.trim();
    const password = $('option-password').value;
    if (pages) values.pages = pages;
    if (password) values.password = password;
    if ($('option-layer').checked) values.text_layer = 'verified';
    if (this.kind !== 'extract') {
      if ($('option-words').checked) values.boxes = 'word';
      if ($('option-pictures').checked) values.images = 'ref';
      return values;
    }
    values.schema = this.schema.value();
    return values.schema === null ? null : values;
  }
}

const carriesFiles = (event) => event.dataTransfer?.types.includes('Files');
