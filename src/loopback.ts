import { isIPv4 } from 'node:net';

/** 127.0.0.0/8, ::1 and localhost: what no other machine can reach. A host as people write it, or as it stands in a URL. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  return bare === 'localhost' || bare === '::1' || (isIPv4(bare) && bare.startsWith('127.'));
}
