import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Fn, Testing, TerraformStack } from 'cdktf';
import { AzurermProvider } from '@cdktf/provider-azurerm/lib/provider';
import { ResourceGroup } from '@cdktf/provider-azurerm/lib/resource-group';
import { RoleAssignment } from '@cdktf/provider-azurerm/lib/role-assignment';
import { StorageBucket } from '@cdktf/provider-google/lib/storage-bucket';
import { type RequiredTag, RequiredTagsBase, ScopeTag, type TagNames } from '../../lib/terraform';

const TAGS: TagNames = { argument: 'tags', noun: 'tag' };
const LABELS: TagNames = { argument: 'labels', noun: 'label' };

class Required extends RequiredTagsBase {
  constructor(names: TagNames, ...tags: RequiredTag[]) {
    super(names, tags);
  }
}

function newStack(scope = Testing.app()): TerraformStack {
  const stack = new TerraformStack(scope, 'Stack');
  new AzurermProvider(stack, 'azurerm', { features: [{}] });
  return stack;
}

const group = (stack: TerraformStack, tags?: { [key: string]: string }) =>
  new ResourceGroup(stack, 'Group', { name: 'lake', location: 'westeurope', tags });

const tagsIn = (stack: TerraformStack) =>
  JSON.parse(Testing.synth(stack)).resource.azurerm_resource_group.Group.tags;

describe('tags of a scope', () => {
  it('reach everything below that can have them; own values and nearer scopes win', () => {
    const app = Testing.app();
    const stack = newStack(app);
    group(stack, { owner: 'me' });
    new RoleAssignment(stack, 'Role', { scope: '/subscriptions/1', principalId: 'p' });
    new ScopeTag(TAGS, stack, 'env', 'prod').add();
    new ScopeTag(TAGS, stack, 'owner', 'somebody').add();
    new ScopeTag(TAGS, app, 'env', 'dev').add();
    new ScopeTag(TAGS, app, 'team', 'a').add();
    new ScopeTag(TAGS, app, 'team', 'b').add();
    expect(tagsIn(stack)).toEqual({ owner: 'me', env: 'prod', team: 'b' });
  });

  it('of an app are for stacks that are there: cdktf has no aspects of apps', () => {
    const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'tags-')), stackTraces: false });
    newStack(app);
    new ScopeTag(TAGS, app, 'env', 'dev').add();
    new TerraformStack(app, 'Late');
    expect(() => app.synth()).toThrow(
      'The stack "Late" was made after ScopeTag was given to its app, and is not visited. Make all stacks first.',
    );
  });

  it('are labels where the cloud calls them so', () => {
    const stack = newStack();
    new StorageBucket(stack, 'Bucket', { name: 'b', location: 'EU' });
    new ScopeTag(LABELS, stack, 'env', 'prod').add();
    const { resource } = JSON.parse(Testing.synth(stack));
    expect(resource.google_storage_bucket.Bucket.labels).toEqual({ env: 'prod' });
  });
});

describe('required tags', () => {
  function problems(required: Required, given?: { [key: string]: string }): string | undefined {
    const stack = newStack();
    required.enforce(stack);
    group(stack, given);
    try {
      Testing.synth(stack, true);
    } catch (error) {
      return (error as Error).message;
    }
    return undefined;
  }

  it('fail synthesis where one is missing, empty or not allowed', () => {
    const required = () => new Required(TAGS, { key: 'Owner' }, { key: 'Class', allowedValues: ['a', 'b'] });
    expect(problems(required())).toContain(
      `Stack/Group has no tag "Owner". Set it for everything below: Tags.of(app).add('Owner', …).`,
    );
    expect(problems(required(), { Owner: '', Class: 'a' })).toContain('Stack/Group has no tag "Owner"');
    expect(problems(required(), { Owner: 'me', Class: 'c' })).toContain(
      'Stack/Group has the tag "Class" with "c". Allowed: a, b.',
    );
    expect(problems(required(), { Owner: 'me', Class: 'b' })).toBeUndefined();
  });

  it('are satisfied by tags of a scope, added before or after', () => {
    const stack = newStack();
    new Required(TAGS, { key: 'Owner' }).enforce(stack);
    group(stack);
    new ScopeTag(TAGS, stack, 'Owner', 'me').add();
    expect(() => Testing.synth(stack, true)).not.toThrow();
  });

  it('are not asked of what is known at deployment only', () => {
    const stack = newStack();
    new Required(TAGS, { key: 'Owner' }).enforce(stack);
    const merged = Fn.merge([{ Owner: 'me' }]) as never;
    group(stack, merged);
    expect(() => Testing.synth(stack, true)).not.toThrow();
  });

  it('are at least one, each once', () => {
    expect(() => new Required(TAGS)).toThrow(new Error('No tag is required. Name at least one.'));
    expect(() => new Required(LABELS, { key: 'a' }, { key: 'a' })).toThrow(
      new Error('The label "a" is required twice. Keep one of them.'),
    );
  });
});
