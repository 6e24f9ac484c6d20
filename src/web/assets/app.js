// Keeps a page up to date: its numbers, by asking for the same page again, and how long ago things were. Without this
// script the page is whole, only still.
(() => {
  const EVERY_MS = 5_000;
  const LONGEST_MS = 60_000;
  const TICK_MS = 1_000;

  const units = [
    ['day', 86_400, 48 * 3_600],
    ['hour', 3_600, 2 * 3_600],
    ['minute', 60, 120],
    ['second', 1, 0],
  ];
  const words = new Intl.RelativeTimeFormat('en-US', { numeric: 'always' });

  /** Milliseconds by which the server's clock is ahead of this machine's. */
  let ahead = 0;
  let timer = 0;
  let failures = 0;
  let stopped = false;

  function localNow() {
    return performance.timeOrigin + performance.now();
  }

  function setClock() {
    const asOf = document.querySelector('[data-as-of]');
    if (asOf) ahead = Date.parse(asOf.dateTime) - localNow();
  }

  function relative(seconds) {
    const [unit, length] = units.find(([, , from]) => Math.abs(seconds) >= from);
    return words.format(Math.trunc(seconds / length), unit);
  }

  function tellTimes() {
    const now = localNow() + ahead;
    for (const time of document.querySelectorAll('time[data-relative]')) {
      const seconds = (Date.parse(time.dateTime) - now) / 1000;
      const text = Math.abs(seconds) < 5 ? 'now' : relative(seconds);
      if (time.textContent !== text) time.textContent = text;
    }
  }

  /** Makes `from` like `to` with as few changes as possible: focus, scrolling and what is open stay as they are. */
  function morph(from, to) {
    if (from.nodeType !== Node.ELEMENT_NODE) {
      if (from.nodeValue !== to.nodeValue) from.nodeValue = to.nodeValue;
      return;
    }
    if (from.nodeName === 'FORM' && isInUse(from)) return;
    for (const { name } of [...from.attributes]) {
      if (!to.hasAttribute(name) && !isOurs(from, name)) from.removeAttribute(name);
    }
    for (const { name, value } of to.attributes) {
      if (from.getAttribute(name) !== value && !isOurs(from, name)) from.setAttribute(name, value);
    }
    if (from.nodeName !== 'CANVAS') morphChildren(from, to);
  }

  function morphChildren(from, to) {
    const keyed = new Map(
      [...from.children].filter((child) => child.dataset?.key).map((child) => [child.dataset.key, child]),
    );
    let at = from.firstChild;
    for (const fresh of [...to.childNodes]) {
      const key = fresh.dataset?.key;
      const known = key ? keyed.get(key) : at && !at.dataset?.key && isLike(at, fresh) ? at : null;
      if (!known || !isLike(known, fresh)) {
        from.insertBefore(fresh, at);
        continue;
      }
      if (known === at) at = at.nextSibling;
      else from.insertBefore(known, at);
      morph(known, fresh);
    }
    while (at) {
      const next = at.nextSibling;
      if (!holdsFormInUse(at)) at.remove();
      at = next;
    }
  }

  function isLike(one, other) {
    // A pause form must not turn into a resume form under the eyes of whoever fills it in.
    return one.nodeType === other.nodeType && one.nodeName === other.nodeName && one.action === other.action;
  }

  /** Somebody is at it: a form that has the focus, or in which something was changed. */
  function isInUse(form) {
    if (form.contains(document.activeElement)) return true;
    return [...form.elements].some((field) => 'defaultValue' in field && field.value !== field.defaultValue);
  }

  function holdsFormInUse(node) {
    if (node.nodeType !== Node.ELEMENT_NODE) return false;
    return [node, ...node.querySelectorAll('form')].some((each) => each.nodeName === 'FORM' && isInUse(each));
  }

  /** What people and the chart library set on this side. */
  function isOurs(element, name) {
    if (element.nodeName === 'CANVAS') return name !== 'aria-label';
    return element.nodeName === 'DETAILS' && name === 'open';
  }

  function renew(html) {
    const fresh = new DOMParser().parseFromString(html, 'text/html');
    const names = new Set(
      [...document.querySelectorAll('[data-live]'), ...fresh.querySelectorAll('[data-live]')].map(
        (region) => region.dataset.live,
      ),
    );
    for (const name of names) {
      const before = document.querySelector(`[data-live="${name}"]`);
      const after = fresh.querySelector(`[data-live="${name}"]`);
      if (before && after) morph(before, after);
      else if (before) before.remove();
      else document.querySelector('main').before(after);
    }
    setClock();
    tellTimes();
    document.dispatchEvent(new Event('askonce:renewed'));
  }

  /** Shown beside the time of the numbers; read out, because it means that they are old. */
  function tell(text, link) {
    const place = document.querySelector('[data-live-state]');
    if (!place) return;
    place.setAttribute('role', 'status');
    place.textContent = text;
    if (!link) return;
    const anchor = document.createElement('a');
    anchor.href = link;
    anchor.textContent = 'Log in';
    place.append(' ', anchor);
  }

  async function look() {
    if (stopped || document.hidden) return;
    try {
      const answer = await fetch(location.href, {
        headers: { accept: 'text/html', 'x-askonce-live': '1' },
        cache: 'no-store',
        redirect: 'manual',
        signal: AbortSignal.timeout(20_000),
      });
      if (answer.status === 401 || answer.type === 'opaqueredirect') {
        stopped = true;
        tell(' - You are logged out, these numbers stand still.', '/login');
        return;
      }
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      renew(await answer.text());
      failures = 0;
    } catch {
      failures += 1;
      tell(' - askonce does not answer, these numbers stand still.');
    }
    wait();
  }

  function wait() {
    clearTimeout(timer);
    timer = setTimeout(look, Math.min(EVERY_MS * 2 ** failures, LONGEST_MS));
  }

  setClock();
  tellTimes();
  setInterval(tellTimes, TICK_MS);
  if (document.querySelector('[data-live]')) wait();
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) clearTimeout(timer);
    else void look();
  });
})();
