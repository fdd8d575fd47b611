import { BRONZE, FilesLake, lines, QUARANTINE } from './files-lake';

test('after a thousand files the table remembers a handful of them', async () => {
  const lake = await new FilesLake().create();
  const properties = async (location: string): Promise<number> => {
    const { properties: held } = (await lake.open(location)).metadata;
    return Object.entries(held).reduce((bytes, [name, value]) => bytes + name.length + value.length, 0);
  };
  const requests = Array.from({ length: 1000 }, (_, i) =>
    lake.landing.put(
      `in/${i}.ndjson`,
      lines(2, (line) => line === i % 3, `${i}-`),
    ),
  );
  const container = await lake.container();
  for (let first = 0; first < 1000; first += 10) {
    // Delivered twice, and with what came before.
    await container.take(requests.slice(Math.max(0, first - 3), first + 10));
  }
  expect(await lake.rows(BRONZE)).toHaveLength(2000 - 667);
  expect(await lake.rows(QUARANTINE)).toHaveLength(667);
  expect((await lake.open(BRONZE)).positions().size).toBeLessThan(30);
  expect(await properties(BRONZE)).toBeLessThan(4000);
  expect(await properties(QUARANTINE)).toBeLessThan(6000);
});
