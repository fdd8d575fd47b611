import { Fn, TerraformOutput, TerraformStack, TerraformVariable, Testing, Token } from 'cdktf';
import { App, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { known, literal, requireTerraformStack } from '../../lib/terraform';

describe('literal', () => {
  it.each([
    ['select ${data()}', 'select $${data()}'],
    ['100 %{ if x }', '100 %%{ if x }'],
    ['$ { a } and $5', '$ { a } and $5'],
  ])('keeps %s for what it is', (text, escaped) => {
    expect(literal(text)).toBe(escaped);
  });

  it('leaves tokens alone, and what is beside them not', () => {
    const stack = new TerraformStack(Testing.app(), 'Stack');
    const variable = new TerraformVariable(stack, 'name', { type: 'string' });
    const text = literal(`${variable.stringValue} \${x}`);
    new TerraformOutput(stack, 'text', { value: text });
    const { output } = JSON.parse(Testing.synth(stack)) as { output: { text: { value: string } } };
    expect(output.text.value).toBe('${var.name} $${x}');
  });
});

describe('known', () => {
  it('passes values, and nothing that is a token', () => {
    expect(known(7)).toBe(7);
    expect(known('EU')).toBe('EU');
    expect(known(undefined)).toBeUndefined();
    expect(known(Token.asString({ resolve: () => 'x' }))).toBeUndefined();
    expect(known(Token.asNumber(Fn.lengthOf([])))).toBeUndefined();
  });
});

describe('requireTerraformStack', () => {
  it('refuses a stack of the AWS CDK', () => {
    const construct = new Construct(new Stack(new App(), 'Aws'), 'Lake');
    expect(() => requireTerraformStack(construct)).toThrow('"Aws/Lake" is in no TerraformStack');
    const there = new Construct(new TerraformStack(Testing.app(), 'Google'), 'Lake');
    expect(() => requireTerraformStack(there)).not.toThrow();
  });
});
