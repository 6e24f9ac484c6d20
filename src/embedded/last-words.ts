/** What a server tells those who come while it cannot take them; it says nothing of the reason. */
const TURNED_AWAY =
  /the database system is (?:starting up|shutting down|in recovery mode|not yet accepting connections)/;
/** Told to every session when it is asked to end. */
const SESSION_ENDED = /terminating connection|canceling/;

/** Why a server ended, out of its log's last lines; empty where they do not say, e.g. after a kill -9. */
export function reasonIn(lastLines: string): string {
  const lines = lastLines.split('\n');
  const grave = lines.filter(
    (line) => /\b(?:PANIC|FATAL):/.test(line) && !TURNED_AWAY.test(line) && !SESSION_ENDED.test(line),
  );
  const last = grave.at(-1)?.replace(/^.*?\b(?:PANIC|FATAL):\s*/, '');
  // What keeps it from starting at all it says without a level, on several lines.
  return last ?? lines.filter((line) => !/\b[A-Z]{3,}: /.test(line)).join(' ');
}
