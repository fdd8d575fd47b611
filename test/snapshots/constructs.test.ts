import { App, Stack } from 'aws-cdk-lib';
import { lakehouseMatchers } from '../../lib/testing';
import { CONSTRUCTS } from './constructs';

expect.extend(lakehouseMatchers);

describe('with its defaults', () => {
  it.each(Object.keys(CONSTRUCTS))('%s', (name) => {
    const stack = new Stack(new App(), 'Stack');
    CONSTRUCTS[name](stack);
    expect(stack).toMatchStackSnapshot();
  });
});
