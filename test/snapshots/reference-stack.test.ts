import { App } from 'aws-cdk-lib';
import { exampleGold, readContracts } from '../../bin/reference-contracts';
import { ReferenceStack } from '../../bin/reference-stack';
import { lakehouseMatchers, logicalIds } from '../../lib/testing';

expect.extend(lakehouseMatchers);

const referenceStack = (env: { account?: string; region?: string } = {}) =>
  new ReferenceStack(new App(), 'Lakehouse', { contracts: readContracts(), gold: exampleGold(), env });

/** Replacing one of these loses data or breaks whoever reads it. */
const HOLDS_DATA =
  /^(AWS::S3::Bucket|AWS::KMS::Key|AWS::Kinesis::Stream|AWS::Glue::Database|AWS::SQS::Queue|Custom::Lakehouse.*)$/;

/** Written out rather than kept as a snapshot: `jest -u` must not be able to accept the loss of a bucket. */
const DATA = {
  CatalogBronze27582F67: 'AWS::Glue::Database',
  CatalogGold3F3DA884: 'AWS::Glue::Database',
  CatalogQuarantineAC22BB7D: 'AWS::Glue::Database',
  CatalogSilverFAAF7F25: 'AWS::Glue::Database',
  DelayByDistanceGold43E2B011: 'Custom::LakehouseIcebergTable',
  DelayByDistanceTransformDeadLettersQueueD412C3C5: 'AWS::SQS::Queue',
  DelayByDistanceTransformRequests606724CA: 'AWS::SQS::Queue',
  DelayByDistanceWorkflowNotifierDeadLettersQueueEE47788B: 'AWS::SQS::Queue',
  DelayByDistanceWorkflowScheduleDeadLettersQueue04B2B325: 'AWS::SQS::Queue',
  EarthquakesBronze7ED4B1EA: 'Custom::LakehouseIcebergTable',
  EarthquakesEventsStreamACD1DC45: 'AWS::Kinesis::Stream',
  EarthquakesProcessorDeadLettersQueue31A65FF4: 'AWS::SQS::Queue',
  EarthquakesQualityResults9F521F5D: 'Custom::LakehouseIcebergTable',
  EarthquakesQuarantine8520A523: 'Custom::LakehouseIcebergTable',
  EarthquakesSilverC0805D5F: 'Custom::LakehouseIcebergTable',
  EarthquakesSilverProcessorCommitsDeadLettersQueue9B960290: 'AWS::SQS::Queue',
  EarthquakesSilverProcessorCommitsQueue49FF053B: 'AWS::SQS::Queue',
  FlightsBronze84A6B518: 'Custom::LakehouseIcebergTable',
  FlightsEventsStream3F86A5C8: 'AWS::Kinesis::Stream',
  FlightsProcessorDeadLettersQueue38CD489C: 'AWS::SQS::Queue',
  FlightsQualityResultsD3E3B668: 'Custom::LakehouseIcebergTable',
  FlightsQuarantine9A6803BB: 'Custom::LakehouseIcebergTable',
  FlightsSilverC1EACC83: 'Custom::LakehouseIcebergTable',
  FlightsSilverProcessorCommitsDeadLettersQueue7A45BF2A: 'AWS::SQS::Queue',
  FlightsSilverProcessorCommitsQueue9A4AC987: 'AWS::SQS::Queue',
  LakeAccessLogsBucket6E9F3610: 'AWS::S3::Bucket',
  LakeBronzeBucket4D17A87A: 'AWS::S3::Bucket',
  LakeGoldBucket18B2C89D: 'AWS::S3::Bucket',
  LakeKey7B6C155C: 'AWS::KMS::Key',
  LakeQuarantineBucket4D216B98: 'AWS::S3::Bucket',
  LakeSilverBucket15BA027D: 'AWS::S3::Bucket',
  LineageBucket1BED1944: 'AWS::S3::Bucket',
  MoviesBronze502529C3: 'Custom::LakehouseIcebergTable',
  MoviesEventsStreamD7DD5F7B: 'AWS::Kinesis::Stream',
  MoviesProcessorDeadLettersQueue0EE134BE: 'AWS::SQS::Queue',
  MoviesQualityResults53B44FB2: 'Custom::LakehouseIcebergTable',
  MoviesQuarantine137B2E77: 'Custom::LakehouseIcebergTable',
  MoviesSilverAD281355: 'Custom::LakehouseIcebergTable',
  MoviesSilverProcessorCommitsDeadLettersQueue3F0441E2: 'AWS::SQS::Queue',
  MoviesSilverProcessorCommitsQueue1A9A6FCB: 'AWS::SQS::Queue',
  QueryResultsBucket8914DAAE: 'AWS::S3::Bucket',
};

describe('the reference stack', () => {
  it('in any environment', () => {
    expect(referenceStack()).toMatchStackSnapshot();
  });

  it('is the same stack where account and region are known', () => {
    const bound = referenceStack({ account: '123456789012', region: 'eu-central-1' });
    expect(logicalIds(bound)).toEqual(logicalIds(referenceStack()));
  });

  it('keeps the logical ids of what holds data', () => {
    const ids = Object.entries(logicalIds(referenceStack())).filter(([, type]) => HOLDS_DATA.test(type));
    expect(Object.fromEntries(ids)).toEqual(DATA);
  });
});
