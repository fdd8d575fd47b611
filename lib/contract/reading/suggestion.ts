/** The allowed word nearest to the one given, for "did you mean"; undefined where none is near. */
export function nearest(given: string, allowed: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(Math.min(given.length, 40) / 3));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const word of allowed) {
    const distance = editDistance(given.slice(0, 60).toLowerCase(), word.toLowerCase());
    if (distance < bestDistance) {
      best = word;
      bestDistance = distance;
    }
  }
  return best;
}

/** `It has: a, b.`, or that it has none. */
export function listed(names: readonly string[]): string {
  return names.length === 0 ? 'It has none.' : `It has: ${names.join(', ')}.`;
}

/** ` Did you mean "x"?`, or nothing. */
export function didYouMean(given: string, allowed: readonly string[]): string {
  const word = nearest(given, allowed);
  return word === undefined ? '' : ` Did you mean "${word}"?`;
}

/** Insertions, deletions, replacements and swaps of neighbours that turn one word into the other. */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = rows[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      let least = Math.min(rows[i - 1][j] + 1, row[j - 1] + 1, replaced);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, rows[i - 2][j - 2] + 1);
      }
      row.push(least);
    }
    rows.push(row);
  }
  return rows[a.length][b.length];
}
