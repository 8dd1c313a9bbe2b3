// The API key, where the server wants one. It is kept for this tab and nowhere else.

import { $ } from './dom.js';

const place = 'ocr-gateway.key';
let asking = null;

export const key = () => sessionStorage.getItem(place) ?? '';

export const headers = () => (key() ? { 'X-API-Key': key() } : {});

export function forget() { sessionStorage.removeItem(place); }

/** ask opens the dialog and gives whether a key was entered; while it is open, everybody
 *  who asks waits for the same one. */
export function ask(refused = false) {
  asking ??= open(refused).finally(() => { asking = null; });
  return asking;
}

function open(refused) {
  const dialog = $('key-dialog');
  const input = $('key-input');
  $('key-refused').hidden = !refused;
  input.value = '';
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((done) => {
    dialog.addEventListener('close', () => {
      const given = dialog.returnValue === 'use' && input.value.trim() !== '';
      if (given) sessionStorage.setItem(place, input.value.trim());
      input.value = '';
      done(given);
    }, { once: true });
  });
}
