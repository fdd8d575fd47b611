import type { CloudAssembly, Resource } from '../template/assembly';
import { textAt } from '../template/json';

/** A way of an HTTP API to a function. */
export interface ApiRoute {
  readonly method: string;
  readonly path: string;
  /** As events name it: `POST /tickets`. */
  readonly key: string;
  readonly function: Resource;
  /** Who is asked on AWS whether a request may come in, for example `AWS_IAM`; nobody is, here. */
  readonly authorization?: string;
}

/** The routes of an app's HTTP APIs that lead to functions of it. */
export function apiRoutes(assembly: CloudAssembly): ApiRoute[] {
  const integrations = assembly.ofType('AWS::ApiGatewayV2::Integration');
  return assembly.ofType('AWS::ApiGatewayV2::Route').flatMap(({ properties }) => {
    const key = textAt(properties, 'RouteKey') ?? '';
    const [, method, path] = /^([A-Z]+) (\/.*)$/.exec(key) ?? [];
    const target = textAt(properties, 'Target');
    const integration = integrations.find(({ name }) => target === `integrations/${name}`);
    const found = assembly.byArn(textAt(integration?.properties ?? {}, 'IntegrationUri') ?? '');
    if (path === undefined || found?.type !== 'AWS::Lambda::Function') return [];
    const authorization = textAt(properties, 'AuthorizationType') ?? 'NONE';
    return [{ method, path, key, function: found, ...(authorization !== 'NONE' && { authorization }) }];
  });
}
