import { Aspects, type IAspect, TerraformStack } from 'cdktf';
import type { IConstruct } from 'constructs';

/**
 * Has an aspect visit everything below a scope. cdktf runs aspects of stacks and of what is in them, but none of an app:
 * there it is given to each stack, and synthesis fails for a stack that was made later.
 */
export function addAspect(scope: IConstruct, aspect: IAspect): void {
  if (scope.node.scopes.some((one) => TerraformStack.isStack(one))) {
    Aspects.of(scope).add(aspect);
    return;
  }
  const stacks = () => scope.node.findAll().filter((one) => TerraformStack.isStack(one));
  const visited = new Set(stacks());
  visited.forEach((stack) => Aspects.of(stack).add(aspect));
  scope.node.addValidation({
    validate: () =>
      stacks()
        .filter((stack) => !visited.has(stack))
        .map(
          (stack) =>
            `The stack "${stack.node.path}" was made after ${aspect.constructor.name} was given to its app, and is not visited. ` +
            'Make all stacks first.',
        ),
  });
}
