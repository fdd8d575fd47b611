import type { IAspect } from 'cdktf';
import type { IConstruct } from 'constructs';
import { addAspect } from '../add-aspect';
import { setTags, type TagNames, tagsOf } from './tagged-resource';

/** Sets one tag on everything below a scope that can have it. A resource's own value stays; nearer scopes win over others. */
export class ScopeTag implements IAspect {
  constructor(
    private readonly names: TagNames,
    private readonly scope: IConstruct,
    private readonly key: string,
    private readonly value: string,
  ) {}

  add(): void {
    addAspect(this.scope, this);
  }

  visit(node: IConstruct): void {
    const values = tagsOf(node, this.names);
    if (values === undefined) return;
    const depths = DEPTHS.get(node) ?? new Map<string, number>();
    DEPTHS.set(node, depths);
    const depth = this.scope.node.scopes.length;
    const present = this.key in values ? (depths.get(this.key) ?? Infinity) : 0;
    if (present > depth) return;
    depths.set(this.key, depth);
    setTags(node, this.names, { ...values, [this.key]: this.value });
  }
}

/** How deep the scope was that a tag of a resource came from; tags of its own are not in it. */
const DEPTHS = new WeakMap<IConstruct, Map<string, number>>();
