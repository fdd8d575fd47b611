import { DataLossPreventionDiscoveryConfig } from '@cdktf/provider-google/lib/data-loss-prevention-discovery-config';
import { DataLossPreventionInspectTemplate } from '@cdktf/provider-google/lib/data-loss-prevention-inspect-template';
import type { PubsubTopic } from '@cdktf/provider-google/lib/pubsub-topic';
import { Construct } from 'constructs';
import { requireTerraformStack } from '../../terraform';
import { ProviderProject } from '../project';
import type { IZoneBucket } from '../storage/zone-bucket-access';

/** Which zones are searched for personal data, and for what. */
export interface PersonalDataDiscoveryProps {
  readonly zones: IZoneBucket[];
  /**
   * Where it is done and its profiles are kept, as Sensitive Data Protection names it: `europe-west3`, `europe`, `us`. Where
   * the zones are, so that data does not leave.
   */
  readonly location: string;
  /**
   * Kinds of data by their names in Sensitive Data Protection.
   * @see https://docs.cloud.google.com/sensitive-data-protection/docs/infotypes-reference
   * @default - names, addresses, e-mail addresses, phone numbers, birthdays, bank accounts, credit cards and passports
   */
  readonly infoTypes?: string[];
  /**
   * Topic told of a bucket whose data turned out to be more sensitive than it was, or is new. The service agent of
   * Sensitive Data Protection has to be let publish to it.
   * @default - none
   */
  readonly topic?: PubsubTopic;
}

const INFO_TYPES = [
  'CREDIT_CARD_NUMBER',
  'DATE_OF_BIRTH',
  'EMAIL_ADDRESS',
  'IBAN_CODE',
  'PASSPORT',
  'PERSON_NAME',
  'PHONE_NUMBER',
  'STREET_ADDRESS',
];

/**
 * Looks for personal data in samples of the zones' files, once a month, with Sensitive Data Protection, and keeps a profile
 * of each bucket. What a column holds is for the contract to say: this finds what it does not say.
 *
 * @throws Error without a zone or an info type
 */
export class PersonalDataDiscovery extends Construct {
  readonly inspectTemplate: DataLossPreventionInspectTemplate;
  readonly discovery: DataLossPreventionDiscoveryConfig;

  constructor(scope: Construct, id: string, props: PersonalDataDiscoveryProps) {
    super(scope, id);
    requireTerraformStack(this);
    const { zones, location, infoTypes = INFO_TYPES, topic } = props;
    if (zones.length === 0) throw new Error(`"${this.node.path}" searches no zone. Name at least one.`);
    const wrong = infoTypes.find((name) => !/^[A-Z][A-Z0-9_]*$/.test(name));
    if (infoTypes.length === 0 || wrong !== undefined) {
      throw new Error(
        `infoTypes: ${wrong === undefined ? 'none given' : `"${wrong}" is none`}. Write them as EMAIL_ADDRESS, or leave them out.`,
      );
    }
    const project = new ProviderProject(this);
    const parent = `projects/${project.id}/locations/${location}`;
    this.inspectTemplate = new DataLossPreventionInspectTemplate(this, 'Template', {
      parent,
      displayName: this.node.path.slice(0, 256),
      inspectConfig: { infoTypes: infoTypes.map((name) => ({ name })), minLikelihood: 'LIKELY' },
    });
    const buckets = [...new Set(zones.map(({ bucketName }) => bucketName))];
    this.discovery = new DataLossPreventionDiscoveryConfig(this, 'Discovery', {
      parent,
      location,
      displayName: this.node.path.slice(0, 256),
      status: 'RUNNING',
      inspectTemplates: [this.inspectTemplate.id],
      targets: [
        {
          cloudStorageTarget: {
            filter: {
              collection: {
                includeRegexes: {
                  patterns: buckets.map((name) => ({ cloudStorageRegex: { bucketNameRegex: `^${name}$` } })),
                },
              },
            },
            generationCadence: {
              refreshFrequency: 'UPDATE_FREQUENCY_MONTHLY',
              inspectTemplateModifiedCadence: { frequency: 'UPDATE_FREQUENCY_MONTHLY' },
            },
          },
        },
        { cloudStorageTarget: { filter: { others: {} }, disabled: {} } },
      ],
      actions: topic && [
        { pubSubNotification: { topic: topic.id, event: 'NEW_PROFILE', detailOfMessage: 'RESOURCE_NAME' } },
        {
          pubSubNotification: { topic: topic.id, event: 'SCORE_INCREASED', detailOfMessage: 'RESOURCE_NAME' },
        },
      ],
    });
  }
}
