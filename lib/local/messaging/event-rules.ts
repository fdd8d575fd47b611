import type { CloudAssembly, Resource } from '../template/assembly';
import { isObject, listAt, objectAt, textAt } from '../template/json';
import type { JsonObject } from '../template/json';
import { EventPattern } from './event-pattern';

/** A rule of EventBridge that is in force: what it matches and where that goes. */
export interface EventRule {
  readonly resource: Resource;
  readonly pattern: EventPattern;
  readonly targets: readonly JsonObject[];
}

/** Something due at certain times, of a rule or of EventBridge Scheduler. */
export interface Schedule {
  readonly resource: Resource;
  readonly expression: string;
  readonly target: JsonObject;
}

/** @throws UnusablePattern naming the rule */
export function eventRules(assembly: CloudAssembly): EventRule[] {
  return enabled(assembly, 'AWS::Events::Rule').flatMap((resource) => {
    const { properties, path } = resource;
    if (!isObject(properties.EventPattern)) return [];
    try {
      return [
        { resource, pattern: new EventPattern(properties.EventPattern), targets: targetsOf(properties) },
      ];
    } catch (error) {
      (error as Error).message = `${path}: ${(error as Error).message}`;
      throw error;
    }
  });
}

export function schedules(assembly: CloudAssembly): Schedule[] {
  const ofRules = enabled(assembly, 'AWS::Events::Rule').flatMap((resource) => {
    const expression = textAt(resource.properties, 'ScheduleExpression');
    if (expression === undefined) return [];
    return targetsOf(resource.properties).map((target) => ({ resource, expression, target }));
  });
  const ofScheduler = enabled(assembly, 'AWS::Scheduler::Schedule').map((resource) => ({
    resource,
    expression: textAt(resource.properties, 'ScheduleExpression') ?? '',
    target: objectAt(resource.properties, 'Target'),
  }));
  return [...ofRules, ...ofScheduler];
}

function enabled(assembly: CloudAssembly, type: string): Resource[] {
  return assembly.ofType(type).filter(({ properties }) => textAt(properties, 'State') !== 'DISABLED');
}

function targetsOf(properties: JsonObject): JsonObject[] {
  return listAt(properties, 'Targets').filter(isObject);
}
