/** What a person sees after all this was written to a terminal: its lines, with what was overwritten gone. Colours are dropped. */
export function linesOnScreen(written: string): string[] {
  const lines: string[][] = [[]];
  let row = 0;
  let column = 0;
  const line = () => {
    while (lines.length <= row) lines.push([]);
    return lines[row] as string[];
  };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a terminal is told with.
  for (const [part, parameter = '', command] of written.matchAll(/\x1b\[([?\d;]*)([A-Za-z])|[\s\S]/g)) {
    if (command === undefined) {
      if (part === '\n') row += 1;
      else if (part === '\r') column = 0;
      else {
        line()[column] = part;
        column += 1;
      }
    } else if (command === 'G') column = Number(parameter || 1) - 1;
    else if (command === 'A') row = Math.max(row - Number(parameter || 1), 0);
    else if (command === 'K' || command === 'J') {
      line().length = column;
      if (command === 'J') lines.length = row + 1;
    } else if (command !== 'm' && command !== 'h' && command !== 'l') {
      throw new Error(`the terminal was told ${JSON.stringify(part)}, which this stand-in does not know`);
    }
  }
  return lines.map((characters) => Array.from(characters, (character) => character ?? ' ').join(''));
}
