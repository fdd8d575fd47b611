import { dependable, type TerraformResource, TerraformStack } from 'cdktf';
import type { IConstruct } from 'constructs';

/**
 * Of what a construct has to wait for, that which Terraform can make it wait for: resources of its own stack. Those of another one
 * are there before, as the whole stack is deployed after theirs.
 */
export function dependenciesOf(
  construct: IConstruct,
  resources: readonly TerraformResource[],
): TerraformResource[] {
  const stack = TerraformStack.of(construct);
  return resources.filter((resource) => {
    const other = TerraformStack.of(resource);
    if (other !== stack) stack.addDependency(other);
    return other === stack;
  });
}

/** Makes a resource wait for others. */
export function addDependencies(resource: TerraformResource, others: readonly TerraformResource[]): void {
  const added = dependenciesOf(resource, others).map((other) => dependable(other));
  if (added.length > 0) resource.dependsOn = [...(resource.dependsOn ?? []), ...added];
}
