import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import {
  DataProduct,
  FileSource,
  LandingZone,
  type PersonalDataDetection,
  type StreamProcessorOptions,
  Transform,
} from '../../../lib/aws';
import { ordersContract, surroundings } from '../orders';

function productWith(processor: StreamProcessorOptions) {
  const { stack, lake, source } = surroundings();
  const product = new DataProduct(stack, 'Orders', {
    contract: ordersContract(),
    lake,
    source,
    processor,
    alarms: { actionsEnabled: false },
  });
  return { stack, product };
}
const sampleOf = (stack: Stack): unknown[] =>
  Object.values(Template.fromStack(stack).findResources('AWS::Lambda::Function')).flatMap(
    ({ Properties }) => Properties.Environment?.Variables.LAKEHOUSE_PERSONAL_DATA_SAMPLE ?? [],
  );

test('the function is told the sample and the classifications, and the product has an alarm', () => {
  const { stack, product } = productWith({ personalDataDetection: { sampleRate: 0.25 } });
  expect(sampleOf(stack)).toEqual(['0.25']);
  expect(product.alarms.all).toContain(product.alarms.personalData);
  Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Alarm', {
    Namespace: 'Lakehouse',
    MetricName: 'UnclassifiedPersonalData',
    Dimensions: [{ Name: 'Product', Value: 'orders' }],
    Statistic: 'Sum',
    ComparisonOperator: 'GreaterThanThreshold',
    Threshold: 0,
    TreatMissingData: 'notBreaching',
  });
});

test('every hundredth record unless told otherwise; files are looked at as well', () => {
  const { stack, lake } = surroundings();
  const product = new DataProduct(stack, 'Orders', {
    contract: ordersContract(),
    lake,
    source: FileSource.bucket(new LandingZone(stack, 'Landing'), { prefix: 'incoming' }),
    fileProcessor: { personalDataDetection: {} },
    alarms: { actionsEnabled: false },
  });
  expect(sampleOf(stack)).toEqual(['0.01']);
  expect(product.alarms.personalData).toBeDefined();
});

test('without it there is no variable and no alarm', () => {
  const { stack, product } = productWith({});
  expect(sampleOf(stack)).toEqual([]);
  expect(product.alarms.personalData).toBeUndefined();
});

describe('it refuses', () => {
  test.each([[0], [1.5], [-1]])('a sample of %p', (sampleRate) => {
    const personalDataDetection: PersonalDataDetection = { sampleRate };
    expect(() => productWith({ personalDataDetection })).toThrow(
      `personalDataDetection.sampleRate must be between 0.0001 and 1. Received ${sampleRate}. ` +
        'It is a share: 0.01 looks at every hundredth record. Leave out personalDataDetection to look at none.',
    );
  });

  test('records that no contract describes', () => {
    const transform = Transform.fromFile(`${__dirname}/../../../examples/transform/enrich-order.ts`);
    expect(() => productWith({ transform, personalDataDetection: {} })).toThrow(
      'personalDataDetection of "Test/Orders/Processor" has no contract to hold records against: they arrive as the ' +
        'transform takes them, and it has no input contract. Give it one, or leave out personalDataDetection.',
    );
  });
});
