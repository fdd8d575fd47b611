import { App, Duration, Stack, Token } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { StorageClass } from 'aws-cdk-lib/aws-s3';
import { ZoneBucket, type ZoneBucketProps } from '../../../lib/aws/storage';

const days = Duration.days;
const synth = (props: ZoneBucketProps) => {
  const stack = new Stack(new App(), 'Stack');
  new ZoneBucket(stack, 'Zone', props);
  return Template.fromStack(stack);
};
const steps = (...transitions: [StorageClass, number][]): ZoneBucketProps => ({
  transitions: transitions.map(([storageClass, age]) => ({ storageClass, after: days(age) })),
});

test('transitions of one prefix are one rule', () => {
  synth({
    transitions: [
      { storageClass: StorageClass.INTELLIGENT_TIERING, after: days(7), prefix: 'raw/' },
      { storageClass: StorageClass.GLACIER, after: days(30), prefix: 'raw/' },
      { storageClass: StorageClass.DEEP_ARCHIVE, after: days(365) },
    ],
    expirations: [{ prefix: 'raw/', after: days(400) }],
  }).hasResourceProperties('AWS::S3::Bucket', {
    LifecycleConfiguration: {
      Rules: Match.arrayWith([
        {
          Id: 'tier-raw',
          Prefix: 'raw/',
          Status: 'Enabled',
          Transitions: [
            { StorageClass: 'INTELLIGENT_TIERING', TransitionInDays: 7 },
            { StorageClass: 'GLACIER', TransitionInDays: 30 },
          ],
          ExpirationInDays: 400,
        },
        {
          Id: 'tier-data',
          Status: 'Enabled',
          Transitions: [{ StorageClass: 'DEEP_ARCHIVE', TransitionInDays: 365 }],
        },
      ]),
    },
  });
});

test.each<[string, ZoneBucketProps]>([
  [
    'infrequent access at its minimum',
    steps([StorageClass.INFREQUENT_ACCESS, 30], [StorageClass.GLACIER, 60]),
  ],
  ['intelligent tiering from day 0', steps([StorageClass.INTELLIGENT_TIERING, 0])],
  [
    'instant retrieval from day 0',
    steps([StorageClass.GLACIER_INSTANT_RETRIEVAL, 0], [StorageClass.DEEP_ARCHIVE, 90]),
  ],
  [
    'infrequent access, then intelligent tiering',
    steps([StorageClass.INFREQUENT_ACCESS, 30], [StorageClass.INTELLIGENT_TIERING, 60]),
  ],
])('%s is accepted', (_, props) => {
  expect(() => synth(props)).not.toThrow();
});

test.each<[string, ZoneBucketProps, string]>([
  [
    'infrequent access too early',
    steps([StorageClass.INFREQUENT_ACCESS, 7]),
    'Transition to STANDARD_IA after 7 days: S3 takes objects of at least 30 days there. ' +
      'Use 30 days or more, or StorageClass.INTELLIGENT_TIERING or GLACIER_INSTANT_RETRIEVAL, which take them from day 0.',
  ],
  [
    'out of infrequent access too early',
    steps([StorageClass.INFREQUENT_ACCESS, 30], [StorageClass.GLACIER, 59]),
    'Transition to GLACIER after 59 days: objects stay in STANDARD_IA for at least 30 days. Use 60 days or more.',
  ],
  [
    'days out of order',
    steps([StorageClass.INTELLIGENT_TIERING, 90], [StorageClass.GLACIER, 90]),
    'Transition to GLACIER after 90 days is not later than the one to INTELLIGENT_TIERING after 90 days. Use more than 90 days.',
  ],
  [
    'back to a dearer class',
    steps([StorageClass.GLACIER, 30], [StorageClass.INFREQUENT_ACCESS, 60]),
    'Transition from GLACIER to STANDARD_IA: S3 moves objects to cheaper classes only. ' +
      'Order the transitions STANDARD_IA, INTELLIGENT_TIERING, GLACIER_IR, GLACIER, DEEP_ARCHIVE, each at most once.',
  ],
  [
    'the same class twice',
    steps([StorageClass.GLACIER, 30], [StorageClass.GLACIER, 60]),
    'Transition from GLACIER to GLACIER: S3 moves objects to cheaper classes only.',
  ],
  [
    'a class in a single availability zone',
    steps([StorageClass.ONE_ZONE_INFREQUENT_ACCESS, 30]),
    'Transition to ONEZONE_IA is not allowed in a zone. Allowed: STANDARD_IA, INTELLIGENT_TIERING, GLACIER_IR, GLACIER, DEEP_ARCHIVE',
  ],
  [
    'expiry before the last transition',
    {
      transitions: [{ storageClass: StorageClass.GLACIER, after: days(90), prefix: 'raw/' }],
      expirations: [{ prefix: 'raw/', after: days(90) }],
    },
    'Expiration of "raw/" after 90 days is not later than its transition to GLACIER after 90 days. ' +
      'Expire later, or leave the transition out.',
  ],
  [
    'a stay that is paid for longer than it lasts',
    steps([StorageClass.GLACIER_INSTANT_RETRIEVAL, 0], [StorageClass.DEEP_ARCHIVE, 1]),
    'Tiering transitions of the whole bucket costs more than it saves: an object stays in GLACIER_IR for 1 days and pays for 90',
  ],
  [
    'expiry at once',
    { expirations: [{ prefix: 'raw/', after: days(0) }] },
    'Expiration of "raw/" after 0 days: use 1 day or more.',
  ],
  [
    'expiry twice',
    {
      expirations: [
        { prefix: 'raw/', after: days(1) },
        { prefix: 'raw/', after: days(2) },
      ],
    },
    'expirations name the prefix "raw/" twice: keep one of them.',
  ],
])('%s is refused', (_, props, message) => {
  expect(() => synth(props)).toThrow(message);
});

test('ages known only at deployment are left to S3', () => {
  const age = Duration.days(Token.asNumber({ Ref: 'Days' }));
  expect(() =>
    synth({
      transitions: [
        { storageClass: StorageClass.INFREQUENT_ACCESS, after: age },
        { storageClass: StorageClass.GLACIER, after: age },
      ],
      expirations: [{ prefix: 'landing/', after: age }],
    }),
  ).not.toThrow();
});
