import { targetInput } from '../../../lib/local/messaging/rule-input';

const EVENT = { source: 'aws.glue', detail: { tableName: 'or"ders', rows: 5, list: [{ a: 'x' }] } };
const input = (target: object): string => targetInput(target as never, EVENT, 'arn:rule');

describe('what a target is given', () => {
  it('is the event, a part of it, or a constant', () => {
    expect(JSON.parse(input({}))).toEqual(EVENT);
    expect(JSON.parse(input({ InputPath: '$.detail.list[0]' }))).toEqual({ a: 'x' });
    expect(input({ InputPath: '$.detail.absent' })).toBe('null');
    expect(input({ Input: '{"a":1}' })).toBe('{"a":1}');
  });

  it('is a template filled from it: values as they are, text within text', () => {
    const InputTransformer = {
      InputPathsMap: { table: '$.detail.tableName', rows: '$.detail.rows', none: '$.absent' },
      InputTemplate:
        '{"refine":<table>,"rows":<rows>,"none":<none>,"says":"<rows> rows of <table>, <unknown>","rule":<aws.events.rule-arn>,"event":<aws.events.event>}',
    };
    expect(JSON.parse(input({ InputTransformer }))).toEqual({
      refine: 'or"ders',
      rows: 5,
      none: null,
      says: '5 rows of or"ders, <unknown>',
      rule: 'arn:rule',
      event: EVENT,
    });
  });

  it('refuses a path that is none', () => {
    expect(() => input({ InputPath: '$.detail[*]' })).toThrow('"$.detail[*]" is not a path of an event');
  });
});
