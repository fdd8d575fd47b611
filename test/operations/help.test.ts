import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMMANDS } from '../../bin/commands';
import { helpOf, overview } from '../../bin/help';

describe('lakehouse --help', () => {
  it('names every command, with what it does', () => {
    for (const [name, { usages }] of Object.entries(COMMANDS)) {
      expect(Object.keys(usages).length).toBeGreaterThan(0);
      for (const call of Object.keys(usages)) {
        expect(call).toMatch(new RegExp(`^lakehouse ${name}\\b`));
        expect(overview()).toContain(`  ${call} `);
      }
    }
    expect(overview()).toContain('lakehouse COMMAND --help');
  });

  it('leaves the options to the command', () => {
    expect(overview()).not.toContain('--masking-key');
    expect(helpOf('erase')).toContain('--masking-key FILE');
    expect(helpOf('erase')).not.toContain('lakehouse orphans');
  });

  it('fits into 120 columns', () => {
    const all = [overview(), ...Object.keys(COMMANDS).map(helpOf)].join('\n').split('\n');
    expect(all.filter((line) => line.length > 120)).toEqual([]);
  });

  it.each(Object.keys(COMMANDS))('tells only of options that %s has', (name) => {
    const source = readFileSync(join(__dirname, `../../bin/${name}-command.ts`), 'utf8');
    const told = Object.keys(COMMANDS[name].options).map((option) => option.split(' ')[0].slice('--'.length));
    expect(told.filter((option) => !source.includes(option))).toEqual([]);
  });

  it.each(Object.keys(COMMANDS))('loads what runs %s', async (name) => {
    expect(await COMMANDS[name].load()).toBeInstanceOf(Function);
  });
});
