import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { running } from './account';

function switched(value?: string) {
  const made = running(
    (given) => ({
      switches: new StringParameter(given.stack, 'Switches', { parameterName: 'checks', stringValue: '{}' }),
    }),
    { known: 'switches' },
  );
  if (value !== undefined) made.account.parameters.set('checks', value);
  return made;
}

describe('switches', () => {
  it.each([
    ['with nothing in them leave every check on', '{}', 1, 1],
    ['leave out a check', '{"CheckFiles": false}', 0, 1],
    ['leave out a gate', '{"OrdersGate": false}', 1, 0],
    ['say on as well', '{"OrdersGate": true}', 1, 1],
    ['take no other value for off', '{"OrdersGate": 0}', 1, 1],
    ['that are no JSON leave every check on', 'off!', 1, 1],
    ['that are no object leave every check on', '3', 1, 1],
  ])('%s', async (_, value, checks, gates) => {
    const { account, functions } = switched(value);
    const run = account.start('orders-daily');
    await run.ended;
    expect(run.status).toBe('SUCCEEDED');
    expect([functions.check.mock.calls.length, functions.gate.mock.calls.length]).toEqual([checks, gates]);
    expect(functions.transform).toHaveBeenCalledTimes(1);
  });

  it('never leave out what makes a table', async () => {
    const { account, functions } = switched('{"RefineOrders": false, "DailyRevenue": false}');
    await account.start('orders-daily').ended;
    expect([functions.refine.mock.calls.length, functions.transform.mock.calls.length]).toEqual([1, 1]);
  });

  it('that are away leave every check on', async () => {
    const { account, functions } = switched();
    account.parameters.clear();
    await account.start('orders-daily').ended;
    expect(functions.gate).toHaveBeenCalledTimes(1);
  });

  it('are read by each run anew', async () => {
    const { account, functions } = switched('{"OrdersGate": false}');
    await account.start('orders-daily').ended;
    account.parameters.set('checks', '{}');
    await account.start('orders-daily').ended;
    expect(functions.gate).toHaveBeenCalledTimes(1);
  });
});
