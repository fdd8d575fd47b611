/** Columns as wide as their content; figures to the right. */
export function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map(fitting));
  const figures = columns.map((_, index) => cells.every((row) => /^[-\d.,]*( m?s)?$/.test(row[index])));
  const widths = columns.map((column, index) =>
    Math.max(column.length, ...cells.map((row) => row[index].length)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, index) => (figures[index] ? cell.padStart(widths[index]) : cell.padEnd(widths[index])))
      .join('  ')
      .trimEnd();
  return [line(columns), widths.map((width) => '─'.repeat(width)).join('  '), ...cells.map(line), ''].join(
    '\n',
  );
}

const LONGEST = 60;

/** Of a location the end tells most. */
function fitting(cell: string): string {
  const isCut = /^\w+:\/\//.test(cell) && cell.length > LONGEST;
  return isCut ? `…${printable(cell.slice(1 - LONGEST))}` : printable(cell);
}

/** Data may hold anything; a terminal must not obey it. */
export function printable(text: string, longest = LONGEST): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f]/g, ' ').slice(0, longest);
}

export function count(value: number): string {
  return value.toLocaleString('en-US');
}
