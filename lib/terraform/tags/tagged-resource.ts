import { TerraformResource } from 'cdktf';
import type { IConstruct } from 'constructs';
import { known } from '../known';

/** How a cloud calls what its resources are told apart by. */
export interface TagNames {
  /** Argument of the provider's resources. */
  readonly argument: 'tags' | 'labels';
  /** What its documentation calls one of them. */
  readonly noun: 'tag' | 'label';
}

/** Tags by their keys. */
export interface TagValues {
  readonly [key: string]: string;
}

/** Types whose argument of that name is something else: with the labels of a channel Google is told its address. */
const OTHERWISE = ['google_monitoring_notification_channel'];

/** The tags of a resource that can have some, as far as they are known here; undefined for everything else. */
export function tagsOf(node: IConstruct, { argument }: TagNames): TagValues | undefined {
  if (!TerraformResource.isTerraformResource(node) || !(argument in node)) return undefined;
  if (OTHERWISE.includes(node.terraformResourceType)) return undefined;
  const values = (node as unknown as Record<string, unknown>)[`${argument}Input`] ?? {};
  // Resources without the argument in its usual sense have a list by that name.
  if (Array.isArray(values) || typeof values !== 'object') return undefined;
  return known(values as TagValues);
}

export function setTags(node: IConstruct, { argument }: TagNames, values: TagValues): void {
  (node as unknown as Record<string, unknown>)[argument] = values;
}
