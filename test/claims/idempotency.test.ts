import { CreateTableCommand, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { DeduplicationTable } from '../../lib/aws';
import { optional, type OptionalRequirement } from '../skip';
import { MOTO, type Moto, startMoto } from '../stores/moto';

const POWERTOOLS: OptionalRequirement = {
  name: '@aws-lambda-powertools/idempotency',
  present: ['@aws-lambda-powertools/idempotency', '@aws-sdk/lib-dynamodb'].every(isInstalled),
  install: 'npm ci',
};

function isInstalled(name: string): boolean {
  try {
    return require.resolve(name) !== '';
  } catch {
    return false;
  }
}

/** What docs/deduplication.md says of functions of the user's own, on a table made as the construct declares it. */
optional(MOTO.present ? POWERTOOLS : MOTO)(
  'a deduplication table keeps the results of idempotent functions',
  () => {
    let moto: Moto;
    // Loaded where they are installed: no type of theirs is needed to compile.
    let powertools: any;
    let persistenceStore: any;
    let calls = 0;

    beforeAll(async () => {
      moto = await startMoto();
      // Powertools would like to know how long the function may still run.
      jest.spyOn(console, 'warn').mockImplementation(() => undefined);
      process.env.AWS_LAMBDA_FUNCTION_NAME = 'charge';
      const stack = new Stack(new App(), 'Test');
      new DeduplicationTable(stack, 'Events');
      const [table] = Object.values(Template.fromStack(stack).findResources('AWS::DynamoDB::Table'));
      const { KeySchema, AttributeDefinitions, BillingMode } = table.Properties;
      await new DynamoDBClient({}).send(
        new CreateTableCommand({ TableName: 'events', KeySchema, AttributeDefinitions, BillingMode }),
      );
      powertools = require('@aws-lambda-powertools/idempotency');
      const { DynamoDBPersistenceLayer } = require('@aws-lambda-powertools/idempotency/dynamodb');
      persistenceStore = new DynamoDBPersistenceLayer({ tableName: 'events' });
    });
    afterAll(async () => {
      delete process.env.AWS_LAMBDA_FUNCTION_NAME;
      jest.restoreAllMocks();
      await moto.stop();
    });

    const charge = (work: (order: { id: string }) => Promise<object>) =>
      powertools.makeIdempotent(work, {
        persistenceStore,
        config: new powertools.IdempotencyConfig({ eventKeyJmesPath: 'id', expiresAfterSeconds: 3600 }),
      });

    test('a duplicate is given the stored result, and the work is done once', async () => {
      const once = charge(async ({ id }) => ({ receipt: `${id}-${++calls}` }));
      expect(await once({ id: 'po-1' })).toEqual({ receipt: 'po-1-1' });
      expect(await once({ id: 'po-1' })).toEqual({ receipt: 'po-1-1' });
      expect(await once({ id: 'po-2' })).toEqual({ receipt: 'po-2-2' });
      expect(calls).toBe(2);
    });

    test('a duplicate while the first is under way is told so', async () => {
      let end = (): void => undefined;
      let begun = (): void => undefined;
      const isUnderWay = new Promise<void>((resolve) => (begun = resolve));
      const slow = charge(async () => {
        begun();
        await new Promise<void>((resolve) => (end = resolve));
        return { receipt: 'late' };
      });
      const first = slow({ id: 'po-3' });
      await isUnderWay;
      await expect(slow({ id: 'po-3' })).rejects.toBeInstanceOf(powertools.IdempotencyAlreadyInProgressError);
      end();
      expect(await first).toEqual({ receipt: 'late' });
    });

    test('a function that failed may be called again', async () => {
      let attempts = 0;
      const fickle = charge(async () => {
        if (++attempts === 1) throw new Error('not now');
        return { attempts };
      });
      await expect(fickle({ id: 'po-4' })).rejects.toThrow('not now');
      expect(await fickle({ id: 'po-4' })).toEqual({ attempts: 2 });
    });

    test('results expire by the attribute that is the table’s time to live', async () => {
      const once = charge(async () => ({ done: true }));
      await once({ id: 'po-5' });
      const { Items } = await scan();
      expect(Items.every((item: any) => Number(item.expiration.N) > Date.now() / 1000)).toBe(true);
      expect(Items.length).toBeGreaterThan(0);
    });

    async function scan(): Promise<{ Items: any[] }> {
      const answer = await new DynamoDBClient({}).send(new ScanCommand({ TableName: 'events' }));
      return { Items: answer.Items ?? [] };
    }
  },
);
