import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emulator } from '../../bin/emulator-command';

const directory = mkdtempSync(join(tmpdir(), 'emulator-command-'));
writeFileSync(
  join(directory, 'manifest.json'),
  JSON.stringify({ artifacts: { Lake: { type: 'aws:cloudformation:stack', properties: {} } } }),
);
writeFileSync(join(directory, 'Lake.template.json'), '{"Resources":{}}');

test.each([
  [[], 'emulator needs one of: detach, run. Received nothing.'],
  [['deploy'], 'emulator needs one of: detach, run. Received deploy.'],
  [
    ['detach', '--app', '/nowhere'],
    '--app /nowhere is no cloud assembly. Make one: npx cdk synth --output /nowhere',
  ],
  [['run', '--app', directory], 'emulator run needs --endpoint URL'],
  [['run', '--app', directory, '--endpoint', 'localhost'], 'Received localhost'],
  [
    ['run', '--app', directory, '--endpoint', 'http://127.0.0.1:9', '--once'],
    /The emulator has no stack Lake \(.*ECONNREFUSED.*\)\. Start it, deploy the stack there, then run it\./,
  ],
])('says what is wrong and what to do: %j', async (args, message) => {
  await expect(emulator(args)).rejects.toMatchObject({
    name: 'CommandFailed',
    exitCode: 2,
    message: expect.stringMatching(message),
  });
});
