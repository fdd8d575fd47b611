import { statementsOf, isPolicyDocument } from '../policy-text';
import type { Json, JsonObject, TemplateSource } from '../template';
import { referenceOf, resourcesOf, type TemplateFinding, valueAt } from './finding';

/** Types that answer over plain HTTP unless a policy refuses it, and what of a policy names them. */
const POLICY_OF: { [type: string]: { readonly policy: string; readonly path: string } } = {
  'AWS::S3::Bucket': { policy: 'AWS::S3::BucketPolicy', path: 'Bucket' },
  'AWS::SNS::Topic': { policy: 'AWS::SNS::TopicPolicy', path: 'Topics' },
  'AWS::SQS::Queue': { policy: 'AWS::SQS::QueuePolicy', path: 'Queues' },
};

/** Buckets, queues and topics without a policy that denies everybody what comes over plain HTTP. */
export function transportFindings(source: TemplateSource, ...except: string[]): TemplateFinding[] {
  const resources = resourcesOf(source, except);
  const policies = resourcesOf(source, []).filter(({ resource }) =>
    deniesPlainHttp(valueAt(resource.Properties, ['PolicyDocument'])),
  );
  return resources.flatMap(({ logicalId, resource, template }) => {
    const rule = POLICY_OF[resource.Type];
    if (rule === undefined) return [];
    const refused = policies.some(
      (policy) =>
        policy.template === template &&
        policy.resource.Type === rule.policy &&
        [valueAt(policy.resource.Properties, [rule.path])]
          .flat()
          .some((target) => referenceOf(target) === logicalId),
    );
    if (refused) return [];
    return [
      {
        logicalId,
        type: resource.Type,
        problem: `no ${rule.policy} denies it to everybody when aws:SecureTransport is false.`,
      },
    ];
  });
}

function deniesPlainHttp(document: Json): boolean {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return false;
  return isPolicyDocument(document) && statementsOf(document).some(refusesPlainHttp);
}

function refusesPlainHttp(statement: Json): boolean {
  const { Effect, Principal, Condition } = (statement ?? {}) as JsonObject;
  const everybody = Principal === '*' || [valueAt(Principal, ['AWS'])].flat().includes('*');
  const condition = valueAt(Condition, ['Bool', 'aws:SecureTransport']);
  return Effect === 'Deny' && everybody && String(condition) === 'false';
}
