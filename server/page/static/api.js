// Requests to the server. Answers that are errors become Problems, which have words for people.

import * as key from './key.js';

/** Problem is an answer as RFC 9457 has it. */
export class Problem extends Error {
  constructor(status, body = {}) {
    super(body.detail || body.title || `The server answered ${status}.`);
    Object.assign(this, { status, code: body.code ?? '', retryable: body.retryable ?? status >= 500 });
  }
}

/** unreachable is the problem of a request that had no answer. */
export const unreachable = () => Object.assign(new Problem(0, { detail: 'The server cannot be reached.' }), { retryable: true });

export async function problemOf(response) {
  try {
    return new Problem(response.status, await response.json());
  } catch {
    return new Problem(response.status);
  }
}

/** call asks the server; a key is asked for when it wants one, or another. */
export async function call(path, options = {}) {
  for (;;) {
    const used = key.key();
    let response;
    try {
      response = await fetch(path, { ...options, headers: { ...options.headers, ...key.headers() } });
    } catch (error) {
      throw error.name === 'AbortError' ? error : unreachable();
    }
    if (response.status === 401) {
      if (used === key.key()) key.forget();
      if (key.key() || await key.ask(used !== '')) continue;
    }
    if (!response.ok) throw await problemOf(response);
    return response;
  }
}

export const getJSON = async (path, options) => (await call(path, options)).json();

const fewTries = 5;
const longestPause = 20_000;

/** patiently does a request again that may succeed later. */
export async function patiently(request, signal, tries = fewTries) {
  for (let n = 1, wait = 1_000; ; n++, wait = Math.min(2 * wait, longestPause)) {
    try {
      return await request();
    } catch (error) {
      if (n === tries || !error.retryable || signal.aborted) throw error;
    }
    await pause(wait, signal);
  }
}

/** pause waits a while, spread so that not everybody comes back at once, or until it is canceled. */
export function pause(milliseconds, signal) {
  return new Promise((done) => {
    const timer = setTimeout(done, milliseconds * (0.75 + Math.random() / 2));
    signal.addEventListener('abort', () => { clearTimeout(timer); done(); }, { once: true });
  });
}

/** send sends a body and reports how much of it has gone, which fetch cannot. */
export async function send(path, body, { method = 'POST', headers = {}, signal, sent = () => {} } = {}) {
  for (;;) {
    const used = key.key();
    const response = await transfer(method, path, body, { ...headers, ...key.headers() }, signal, sent);
    if (response.status === 401) {
      if (used === key.key()) key.forget();
      if (key.key() || await key.ask(used !== '')) continue;
    }
    let answer = {};
    try { answer = JSON.parse(response.text); } catch { /* the status says enough */ }
    if (response.status >= 400) throw new Problem(response.status, answer);
    return answer;
  }
}

function transfer(method, path, body, headers, signal, sent) {
  return new Promise((done, fail) => {
    if (signal?.aborted) { fail(new DOMException('canceled', 'AbortError')); return; }
    const request = new XMLHttpRequest();
    request.open(method, path);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.addEventListener('progress', (e) => { if (e.lengthComputable) sent(e.loaded / e.total); });
    request.addEventListener('load', () => done({ status: request.status, text: request.responseText }));
    request.addEventListener('error', () => fail(unreachable()));
    request.addEventListener('abort', () => fail(new DOMException('canceled', 'AbortError')));
    signal?.addEventListener('abort', () => request.abort());
    request.send(body);
  });
}
