import { join } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import {
  DataContract,
  type ILakeTable,
  LakeCatalog,
  LakeTable,
  type MedallionLake,
  SqlEngine,
  SqlParameter,
  SqlText,
  SqlTransform,
  TransformMode,
  TransformTrigger,
  Zone,
} from 'lakehouse-constructs/aws';

const here = (name: string): string => join(__dirname, name);
const SILVER = DataContract.fromFile(here('shop.odcs.yaml'));
const GOLD = DataContract.fromFile(here('shop-gold.odcs.yaml'));

/** The gold tables of the shop, each kept by a transform. */
export class ShopGold {
  readonly transforms = new Map<string, SqlTransform>();

  constructor(
    private readonly scope: Construct,
    lake: MedallionLake,
  ) {
    const catalog = LakeCatalog.of(lake);
    const silver = (schemaName: string): ILakeTable =>
      new LakeTable(scope, `Silver-${schemaName}`, {
        contract: SILVER,
        schemaName,
        catalog,
        zone: Zone.SILVER,
      });
    const gold = (schemaName: string): ILakeTable =>
      new LakeTable(scope, `Gold-${schemaName}`, { contract: GOLD, schemaName, catalog, zone: Zone.GOLD });
    const [customers, orders, sales, events] = ['customers', 'orders', 'sales', 'events'].map(silver);

    this.add('loyalty_summary', {
      inputs: [{ name: 'orders', table: orders }],
      output: gold('loyalty_summary'),
      mode: TransformMode.incremental('customer_id'),
    });
    this.add('daily_revenue', {
      inputs: [{ name: 'sales', table: sales, changedValue: 'CAST(sold_at AS DATE)' }],
      output: gold('daily_revenue'),
      mode: TransformMode.incremental('day'),
      trigger: TransformTrigger.cron('0 2 * * *'),
    });
    this.add('user_sessions', {
      inputs: [{ name: 'events', table: events }],
      output: gold('user_sessions'),
      mode: TransformMode.incremental('user_id'),
    });
    // The clickstream is the one input that outgrows Athena's limits: a run is a Spark job of two G.1X workers.
    this.add('user_activity', {
      inputs: [{ name: 'events', table: events, changedValue: 'CAST(event_time AS DATE)' }],
      output: gold('user_activity'),
      mode: TransformMode.incremental('day'),
      engine: SqlEngine.glue({ timeout: Duration.minutes(30) }),
      trigger: TransformTrigger.cron('30 2 * * *'),
    });
    this.add('customer_profile', {
      inputs: [
        { name: 'customers', table: customers },
        { name: 'orders', table: orders },
        { name: 'loyalty', table: silver('loyalty_transactions') },
      ],
      output: gold('customer_profile'),
      parameters: { today: SqlParameter.runDate() },
      trigger: TransformTrigger.cron('@daily'),
    });
    this.add('dim_customer', {
      inputs: [{ name: 'customers', table: customers }],
      output: gold('dim_customer'),
      mode: TransformMode.merge('customers'),
      parameters: { loaded_at: SqlParameter.runTime() },
    });
    this.add('stg_events', {
      inputs: [{ name: 'events', table: events }],
      output: gold('stg_events'),
      mode: TransformMode.merge('events'),
    });
    this.add('visit_events', {
      inputs: [{ name: 'visits', table: silver('visits') }],
      output: gold('visit_events'),
      mode: TransformMode.incremental('session_id'),
    });
    this.add('curated_events', {
      inputs: [
        { name: 'events', table: events },
        { name: 'segments', table: silver('user_segments') },
      ],
      output: gold('curated_events'),
      trigger: TransformTrigger.cron('@hourly'),
    });
  }

  private add(name: string, props: Omit<ConstructorParameters<typeof SqlTransform>[2], 'sql'>): void {
    const sql = SqlText.fromFile(here(`${name}.sql`));
    this.transforms.set(name, new SqlTransform(this.scope, name, { sql, ...props }));
  }
}
