import { MemoryStore } from '../../stores/memory-store';
import { Fault, FaultKind } from '../../tables/fixtures/faults';
import { filled, ids, open, request, run, telling } from './orders';

/** With LAKEHOUSE_SCHEDULES every call by every kind, which takes minutes; else every third call, by the kinds in turn. */
test(
  'stopped or disturbed at any call, asked again it comes to the same end',
  async () => {
    const prepared = new MemoryStore();
    await filled(prepared);
    const kinds = Object.values(FaultKind);
    const strike = async (call: number, kind: FaultKind): Promise<boolean> => {
      const store = new MemoryStore();
      for (const [uri, object] of prepared.objects) store.objects.set(uri, object);
      const fault = new Fault(call, kind);
      await run(store, request(), { fault }).catch(() => undefined);
      await fault.arriveLate();
      const record = await run(store);
      const table = await open(store);
      expect({
        call,
        kind,
        rows: record.tables[0].rows,
        complete: record.complete,
        ids: await ids(store),
        position: table.position('a'),
        snapshots: table.metadata.snapshots.length,
        telling: await telling(store),
        journals: [...store.objects.keys()].filter((uri) => uri.includes('/metadata/erasure-')),
      }).toEqual({
        call,
        kind,
        rows: 2,
        complete: true,
        ids: [1, 1, 2, 4, 9],
        position: '3',
        snapshots: 1,
        telling: [],
        journals: [],
      });
      return fault.struck;
    };
    const all = process.env.LAKEHOUSE_SCHEDULES !== undefined;
    let turn = 0;
    let call = 1;
    for (let struck = true; struck; call += all ? 1 : 3) {
      struck = false;
      for (const kind of all ? kinds : [kinds[turn++ % kinds.length]])
        struck = (await strike(call, kind)) || struck;
    }
    expect(call).toBeGreaterThan(60);
  },
  process.env.LAKEHOUSE_SCHEDULES ? 600_000 : undefined,
);
