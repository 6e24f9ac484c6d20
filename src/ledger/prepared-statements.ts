/** More texts than a process has; a text that is put together anew each time would otherwise fill the server's memory. */
const MOST_NAMES = 64;

/**
 * Names for Prisma's adapter. A statement that begins with a comment, e.g. `/* claim *\/ WITH ...`, is parsed once on each
 * connection, and soon planned once: for small statements that takes longer than to carry them out. For those of the hot
 * path only: the one plan must fit all arguments, and whoever changes a column's type has to think of it. Different texts under
 * one comment get names of their own. An empty name is none.
 */
export function preparedStatements(): (statement: { readonly sql: string }) => string {
  const names = new Map<string, string>();
  return ({ sql }) => {
    const known = names.get(sql);
    if (known !== undefined) return known;
    const comment = /^\s*\/\* ([a-z -]+) \*\//.exec(sql)?.[1];
    if (comment === undefined || names.size === MOST_NAMES) return '';
    const name = `${comment} ${names.size + 1}`;
    names.set(sql, name);
    return name;
  };
}
