import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Testing, type TerraformStack } from 'cdktf';
import { optional } from '../skip';
import { type Configuration, schemasFor } from './bindings-schema';
import { serveProvider } from './provider-server';

/** `describe` for tests that need Terraform itself. */
export const withTerraform = optional({
  name: 'terraform',
  present: spawnSync('terraform', ['version']).status === 0,
  install: 'https://developer.hashicorp.com/terraform/install',
});

/** What Terraform finds wrong with a stack, one line each; empty for a valid one. */
export async function validate(stack: TerraformStack): Promise<string[]> {
  return inDirectory(configurationOf(stack), async (terraform) => {
    const { output } = await terraform(['validate', '-json', '-no-color']);
    const { diagnostics } = JSON.parse(output) as {
      diagnostics: { summary: string; detail: string; address?: string }[];
    };
    return diagnostics.map(({ summary, detail, address }) =>
      [address, summary, detail]
        .filter((part) => part)
        .join(': ')
        .replace(/\s+/g, ' '),
    );
  });
}

/**
 * Plans a stack and applies it to providers that invent what they compute: shows that references, functions and counts
 * can be evaluated, in an order without cycles. Resolves to what Terraform printed.
 * @throws Error when it fails, with what Terraform said
 */
export async function planAndApply(stack: TerraformStack): Promise<string> {
  const configuration = configurationOf(stack);
  for (const resources of Object.values(configuration.resource ?? {})) {
    // A test destroys what it made, in its own memory only.
    for (const { lifecycle } of Object.values(resources)) delete lifecycle?.prevent_destroy;
  }
  return inDirectory(configuration, async (terraform, directory, providers) => {
    mkdirSync(join(directory, 'tests'));
    const mocks = providers.map((provider) => `mock_provider "${provider}" {}\n`).join('');
    // Terraform plans what it applies.
    const run = 'run "apply" {\n  command = apply\n}\n';
    writeFileSync(join(directory, 'tests', 'apply.tftest.hcl'), mocks + run);
    for (const command of [
      ['init', '-no-color', '-backend=false'],
      ['test', '-no-color'],
    ]) {
      const { code, output } = await terraform(command);
      if (code !== 0) throw new Error(`terraform ${command[0]}: ${output}`);
      if (command[0] === 'test') return output;
    }
    return '';
  });
}

type Terraform = (args: string[]) => Promise<{ code: number | null; output: string }>;

async function inDirectory<T>(
  configuration: Configuration,
  work: (terraform: Terraform, directory: string, providers: string[]) => Promise<T>,
): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'terraform-'));
  writeFileSync(join(directory, 'cdk.tf.json'), JSON.stringify(configuration));
  const schemas = schemasFor(configuration);
  const running = await Promise.all(
    [...schemas].map(async ([name, schema]) => ({ name, ...(await serveProvider(schema)) })),
  );
  const reattach = Object.fromEntries(
    running.map(({ name, port }) => [
      `registry.terraform.io/hashicorp/${name}`,
      {
        ...{ Protocol: 'grpc', ProtocolVersion: 5, Pid: process.pid, Test: true },
        Addr: { Network: 'tcp', String: `127.0.0.1:${port}` },
      },
    ]),
  );
  const environment = {
    ...process.env,
    TF_REATTACH_PROVIDERS: JSON.stringify(reattach),
    TF_CLI_CONFIG_FILE: '/dev/null',
    CHECKPOINT_DISABLE: '1',
    TF_IN_AUTOMATION: '1',
  };
  try {
    return await work(
      (args) => runTerraform(args, directory, environment),
      directory,
      running.map(({ name }) => name),
    );
  } finally {
    running.forEach(({ stop }) => stop());
    rmSync(directory, { recursive: true, force: true });
  }
}

function runTerraform(
  args: string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn('terraform', args, { cwd, env });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}

function configurationOf(stack: TerraformStack): Configuration {
  return JSON.parse(Testing.synth(stack, true)) as Configuration;
}
