/** Notes what it was given, so that a test can see it. */
export default (record: any): unknown => {
  const { note: _note, ...given } = record;
  switch (record.id) {
    case 'drop':
      return null;
    case 'throw':
      throw new Error('no such id');
    case 'explode':
      return [1, 2].map((i) => ({ ...record, id: `explode-${i}` }));
    case 'invalid':
      return { ...record, day: 'never' };
    default:
      return { ...record, note: JSON.stringify({ ...given, long: typeof given.long }) };
  }
};
