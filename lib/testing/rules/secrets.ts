import type { Json, TemplateSource } from '../template';
import { resourcesOf, type TemplateFinding } from './finding';
import { templatesOf } from '../template';

/** What looks like a secret wherever it stands. */
const SECRET_TEXT: readonly (readonly [string, RegExp])[] = [
  ['an access key id of AWS', /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/],
  ['a private key', /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/],
  ['a password in a URL', /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@$<]+:[^\s/:@$<{]+@/i],
  ['a token of GitHub', /\bgh[opsur]_[A-Za-z0-9]{36,}\b/],
  ['a token of Slack', /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/],
  ['a webhook of Slack', /hooks\.slack\.com\/services\/T[A-Z0-9]+\/B[A-Z0-9]+\//],
  ['a JSON web token', /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/],
];

/** Names whose value is a secret: `DB_PASSWORD`, `apiKey`, `MasterUserPassword`, `SecretString`. */
const SECRET_NAME =
  /(?:^|_|-|[a-z])(?:password|passwd|pwd|passphrase|secret|secretstring|api_?key|access_?key|private_?key|auth_?token|access_?token|client_?secret|secret_?key)$/i;
/** What such a name may hold: a reference that is resolved where it is used, or the ARN or name of a secret. */
const REFERENCE = /^(?:\{\{resolve:(?:secretsmanager|ssm-secure):|arn:)/;

/**
 * Texts of a template that look like a secret, and values of what is named like one that are no reference: an
 * intrinsic function, an ARN, or `{{resolve:secretsmanager:…}}`. Whoever can read a stack can read its template.
 */
export function secretFindings(source: TemplateSource, ...except: string[]): TemplateFinding[] {
  return [
    ...resourcesOf(source, except).flatMap(({ logicalId, resource }) =>
      problemsOf(resource as Json, []).map((problem) => ({ logicalId, type: resource.Type, problem })),
    ),
    ...templatesOf(source).flatMap(({ template }) =>
      Object.entries(template.Parameters ?? {})
        .filter(([name, { NoEcho, Default }]) => {
          return SECRET_NAME.test(name) && (String(NoEcho) !== 'true' || Default !== undefined);
        })
        .filter(([name]) => !except.includes(name))
        .map(([logicalId]) => ({
          logicalId,
          type: 'Parameter',
          problem: 'is named like a secret: give it NoEcho and no Default, or take the ARN of a secret.',
        })),
    ),
  ];
}

function problemsOf(value: Json, path: readonly string[]): string[] {
  if (typeof value === 'string') return textProblems(value, path);
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item, index) => problemsOf(item, [...path, String(index)]));
  // Environments of containers are lists of names and values.
  const { Name, Value } = value;
  const named = typeof Name === 'string' && typeof Value === 'string' ? [Name] : [];
  return Object.entries(value).flatMap(([key, inner]) =>
    problemsOf(inner, [...path, ...(key === 'Value' ? named : []), ...(named.length > 0 ? [] : [key])]),
  );
}

function textProblems(text: string, path: readonly string[]): string[] {
  const place = path.join('.');
  const found = SECRET_TEXT.filter(([, pattern]) => pattern.test(text)).map(
    ([what]) => `${place} holds ${what}.`,
  );
  const name = path[path.length - 1] ?? '';
  if (SECRET_NAME.test(name) && text !== '' && !REFERENCE.test(text)) {
    found.push(`${place} is named like a secret and holds its text. Refer to a secret instead.`);
  }
  return found;
}
