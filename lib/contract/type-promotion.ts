/** Whether a column of one type may become another without a rewrite (Iceberg specification, "Schema Evolution"). */
export function canWiden(from: string, to: string): boolean {
  if ((from === 'int' && to === 'long') || (from === 'float' && to === 'double')) return true;
  const [old, wide] = [from, to].map((type) => /^decimal\((\d+),\s*(\d+)\)$/.exec(type));
  return old !== null && wide !== null && old[2] === wide[2] && Number(wide[1]) >= Number(old[1]);
}
