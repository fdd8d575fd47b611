import { incrementOf } from '../../../lib/local/run/increment';

const LINE = {
  level: 'INFO',
  message: 'Silver refined',
  table: 'file:///out/silver/orders',
  mode: 'incremental',
  commits: 1,
  rows: 10,
  upserted: 5,
  deleted: 1,
  superseded: 2,
  late: 1,
  rejected: 1,
  bytesRead: 1000,
  bytesWritten: 500,
  milliseconds: 12,
};

describe('what a log says of an increment', () => {
  it('is its figures', () => {
    const { level: _level, message: _message, commits: _commits, ...figures } = LINE;
    expect(incrementOf(LINE)).toEqual(figures);
  });

  it('is nothing where nothing was done, and in any other line', () => {
    const { mode: _mode, ...upToDate } = LINE;
    expect(incrementOf({ ...upToDate, commits: 0 })).toBeUndefined();
    expect(incrementOf({ ...LINE, commits: 0 })).toBeUndefined();
    expect(incrementOf({ level: 'INFO', message: 'Batch ingested', accepted: 5 })).toBeUndefined();
  });
});
