// Large files are sent by the tus protocol (https://tus.io): what has come stays there when the connection
// breaks, and the rest is sent when it is back.

import { call, patiently, pause, send } from './api.js';

const files = '/api/ocr/files';
const version = { 'Tus-Resumable': '1.0.0' };

/** large is the size in bytes from which that is worth a file of its own on the server. */
export const large = 8 << 20;

const manyTries = 20; // some five minutes
const settling = 500; // milliseconds until the server has put away what came before the connection broke

/** upload sends a file and returns its address. */
export async function upload(file, { signal, sent }) {
  const begun = await patiently(() => call(files, {
    method: 'POST', signal, headers: { ...version, 'Upload-Length': String(file.size), 'Upload-Metadata': `filename ${base64(file.name)}` },
  }), signal);
  const path = begun.headers.get('Location');
  try {
    await patiently(() => sendRest(path, file, { signal, sent }), signal, manyTries);
  } catch (error) {
    remove(path);
    throw error;
  }
  return path;
}

/** sendRest sends what is not there, as long as some of it arrives. */
async function sendRest(path, file, { signal, sent }) {
  for (let here = await offset(path, signal); here < file.size;) {
    const before = here;
    try {
      await send(path, file.slice(here), {
        method: 'PATCH', signal, sent: (share) => sent((before + share * (file.size - before)) / file.size),
        headers: { ...version, 'Upload-Offset': String(here), 'Content-Type': 'application/offset+octet-stream' },
      });
      here = file.size;
    } catch (error) {
      if (!error.retryable && error.code !== 'offset_conflict') throw error;
      await pause(settling, signal);
      here = await offset(path, signal);
      if (here === before) throw Object.assign(error, { retryable: true });
    }
  }
}

async function offset(path, signal) {
  return Number((await call(path, { method: 'HEAD', signal, headers: version })).headers.get('Upload-Offset'));
}

/** remove removes a file that nobody needs any more; it expires where that fails. */
export function remove(path) { call(path, { method: 'DELETE', headers: version }).catch(() => {}); }

const base64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
