import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackResourcesCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import type { App, Stack } from 'aws-cdk-lib';
import { emulatorClients, type EmulatorClients } from '../../lib/local/emulator/clients';
import { DeployedStack, type DetachedResource } from '../../lib/local/emulator/deployed-stack';
import { detachUnsupported } from '../../lib/local/emulator/detach';
import { CloudAssembly } from '../../lib/local/template/assembly';
import { resolve } from '../../lib/local/template/intrinsics';
import type { JsonObject } from '../../lib/local/template/json';
import type { TemplateDocument } from '../../lib/testing';
import { callEmulator } from './call-emulator';

/** Writes what of an app's stacks the emulator can deploy. */
export function detachedAssembly(app: App, out: string, supported: ReadonlySet<string>): string {
  const assembly = app.synth().directory;
  // The stacks know their account and region.
  detachUnsupported({ assembly, out, supported, account: '', region: '' });
  return out;
}

/** A stack in an emulator, deployed by its CloudFormation without the CLI, which takes seconds. No asset may be needed. */
export class EmulatedStack {
  private constructor(
    readonly url: string,
    private readonly name: string,
    readonly region: string,
    private readonly clients: EmulatorClients,
  ) {}

  static async at(url: string, { stackName, region }: Stack): Promise<EmulatedStack> {
    return new EmulatedStack(url, stackName, region, await emulatorClients({ url, region }));
  }

  async create(template: TemplateDocument): Promise<void> {
    await this.clients.cloudFormation.send(new CreateStackCommand(this.request(template)));
  }

  async update(template: TemplateDocument): Promise<void> {
    await this.clients.cloudFormation.send(new UpdateStackCommand(this.request(template)));
  }

  async delete(): Promise<void> {
    await this.clients.cloudFormation.send(new DeleteStackCommand({ StackName: this.name }));
  }

  /** What each logical id became. */
  async physicalIds(): Promise<Record<string, string>> {
    const { StackResources = [] } = await this.clients.cloudFormation.send(
      new DescribeStackResourcesCommand({ StackName: this.name }),
    );
    return Object.fromEntries(
      StackResources.map((one) => [one.LogicalResourceId ?? '', one.PhysicalResourceId ?? '']),
    );
  }

  templateIn(assembly: string): TemplateDocument {
    return JSON.parse(readFileSync(join(assembly, `${this.name}.template.json`), 'utf8')) as TemplateDocument;
  }

  /** What was taken out of the template, and its buckets, of which moto makes little more than the name: all of it resolved. */
  async left(assembly: string): Promise<DetachedResource[]> {
    const deployed = await DeployedStack.describe(this.name, new CloudAssembly(assembly), this.clients);
    const buckets = Object.entries(this.templateIn(assembly).Resources ?? {})
      .filter(([, { Type }]) => Type === 'AWS::S3::Bucket')
      .map(([logicalId, { Type, Properties }]) => ({
        logicalId,
        type: Type,
        properties: resolve({ BucketName: { Ref: logicalId }, ...Properties } as JsonObject, deployed),
      }));
    return [...(buckets as DetachedResource[]), ...deployed.detached()];
  }

  /** A call of a service no client is installed for. */
  async call(service: string, method: string, path: string, body?: object, target?: string): Promise<any> {
    const type = target === undefined ? 'application/json' : 'application/x-amz-json-1.1';
    const text = await this.send(service, method, path, body && JSON.stringify(body), {
      'content-type': type,
      ...(target !== undefined && { 'x-amz-target': target }),
    });
    return text === '' ? undefined : JSON.parse(text);
  }

  /** The XML that EC2 answers with. */
  ec2(action: string): Promise<string> {
    const type = 'application/x-www-form-urlencoded';
    return this.send('ec2', 'POST', '/', `Action=${action}&Version=2016-11-15`, { 'content-type': type });
  }

  private send(
    service: string,
    method: string,
    path: string,
    body: string | undefined,
    headers: Record<string, string>,
  ): Promise<string> {
    return callEmulator(this, service, method, path, body, headers);
  }

  private request(template: TemplateDocument) {
    const TemplateBody = JSON.stringify(template);
    return { StackName: this.name, TemplateBody, Capabilities: ['CAPABILITY_NAMED_IAM' as const] };
  }
}
