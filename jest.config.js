/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  transform: { '^.+\\.ts$': '@swc/jest' },
  setupFiles: ['<rootDir>/test/setup-environment.ts'],
  snapshotFormat: { escapeString: false, printBasicPrototype: false },
  maxWorkers: 2,
  testTimeout: 60000,
};
