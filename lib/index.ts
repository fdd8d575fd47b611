/** The constructs on AWS CDK, and the data contract that drives them. Other clouds have entry points of their own. */
export * from './aws';
