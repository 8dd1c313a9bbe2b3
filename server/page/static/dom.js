// Elements are made here and nowhere from markup: text given as a child stays text.

/** h makes an element. Props that are functions listen; the others are attributes, with
 *  true for one without a value and false or null for none. Children are nodes or text. */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (value !== false && value != null) element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.flat().filter((child) => child != null && child !== false));
  return element;
}

/** set replaces what an element holds. */
export function set(element, ...children) {
  element.replaceChildren(...children.flat().filter((child) => child != null && child !== false));
  return element;
}

/** $ is the element with an id. */
export const $ = (id) => document.getElementById(id);

const spoken = { timer: 0, last: 0 };

/** say tells screen readers something, at most every few seconds: of several only the last. */
export function say(text) {
  clearTimeout(spoken.timer);
  spoken.timer = setTimeout(() => {
    spoken.last = Date.now();
    $('said').textContent = text;
  }, Math.max(0, spoken.last + 4000 - Date.now()));
}

/** copy puts text on the clipboard and says so on the button. */
export async function copy(text, button) {
  const before = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = 'Copied';
  } catch {
    button.textContent = copyOld(text) ? 'Copied' : 'Not allowed';
  }
  say(button.textContent);
  setTimeout(() => { button.textContent = before; }, 1500);
}

// copyOld is for pages over plain HTTP from other machines, which have no clipboard of their own.
function copyOld(text) {
  const area = h('textarea', { class: 'off-screen', 'aria-hidden': 'true', tabindex: '-1' });
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  return done;
}
