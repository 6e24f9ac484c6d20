import { type Reader, read, shown, unreadable } from './reading.js';

/** None of these readers quotes the address: it may hold a password. */

export const postgresUrl: Reader<string> = (text) => {
  if (!/^postgres(ql)?:\/\//i.test(text)) return unreadable('is not a postgres:// or postgresql:// address');
  // `user@/base?host=/socket` is good for Postgres but not for URL; the driver takes the same detour.
  return isUrl(text.replace('@/', '@host/'))
    ? read(text)
    : unreadable(
        'is not an address that can be read',
        'write special characters of the password as %XX, e.g. %23 for #',
      );
};

export const redisUrl: Reader<string> = (text) => {
  if (!/^rediss?:\/\//i.test(text)) return unreadable('is not a redis:// or rediss:// address');
  return isUrl(text)
    ? read(text)
    : unreadable(
        'is not an address that can be read',
        'write special characters of the password as %XX, e.g. %23 for #',
      );
};

/** http or https, a host, perhaps a port, nothing behind it. Returned without a trailing slash. */
export const webOrigin: Reader<string> = (text) => {
  const url = webUrl(text);
  if (!url) return unreadable('is not an http:// or https:// address');
  if (url.username || url.password) return unreadable('holds a user name or password');
  return url.pathname === '/' && !url.search && !url.hash
    ? read(url.origin)
    : unreadable('has something behind the host and port');
};

export const wholeWebUrl: Reader<string> = (text) => {
  const url = webUrl(text);
  if (!url) return unreadable('is not an http:// or https:// address');
  if (url.username || url.password) return unreadable('holds a user name or password');
  return url.hash ? unreadable('has a # part') : read(url.href);
};

export const hostName: Reader<string> = (text) => {
  const bare = text.replace(/^\[(.*)\]$/, '$1');
  return /^[\w.:%-]+$/.test(bare) ? read(bare) : unreadable(`${shown(text)} is not a host name or address`);
};

function webUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url : undefined;
}

function isUrl(text: string): boolean {
  return URL.canParse(text);
}
