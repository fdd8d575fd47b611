import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as ts from 'typescript';

const ROOT = resolve(__dirname, '../..');
const PAGES = ['docs/google.md', 'docs/azure.md'];

/** Examples of a page by the name of a file in which they can be compiled, as a user writes them. */
function examplesOf(page: string): [string, string][] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, source], index) => [
    join(ROOT, 'examples', `${page.replace(/\W/g, '-')}-${index + 1}.ts`),
    `${source}\nexport {};\n`,
  ]);
}

function problemsOf(sources: Map<string, string>): string[] {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (file) => ts.sys.readFile(file));
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  Object.assign(options, {
    noEmit: true,
    noUnusedLocals: false,
    incremental: false,
    skipLibCheck: true,
    types: [],
  });
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (file) => sources.has(file) || fileExists(file);
  host.getSourceFile = (file, target, ...rest) =>
    sources.has(file)
      ? ts.createSourceFile(file, sources.get(file)!, target)
      : getSourceFile(file, target, ...rest);
  const program = ts.createProgram([...sources.keys()], options, host);
  return [...sources.keys()].flatMap((name) => {
    const file = program.getSourceFile(name)!;
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
      ({ messageText, start }) =>
        `${name.slice(ROOT.length)}:${file.getLineAndCharacterOfPosition(start ?? 0).line + 1} ` +
        ts.flattenDiagnosticMessageText(messageText, ' '),
    );
  });
}

it('examples of the pages on the clouds compile', () => {
  const examples = PAGES.flatMap(examplesOf);
  expect(examples.length).toBeGreaterThan(5);
  expect(problemsOf(new Map(examples))).toEqual([]);
});
