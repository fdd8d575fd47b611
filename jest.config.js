/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  // These packages ship ES modules only, which jest below Node 24 cannot require as they are.
  transform: {
    '^.+\\.ts$': '@swc/jest',
    '/node_modules/(hyparquet|hysnappy|icebird|fzstd)[^/]*/.+\\.js$': '@swc/jest',
  },
  transformIgnorePatterns: ['/node_modules/(?!(hyparquet|hysnappy|icebird|fzstd))'],
  // Examples are written as a user writes them.
  moduleNameMapper: {
    '^lakehouse-constructs$': '<rootDir>/lib',
    '^lakehouse-constructs/(.*)$': '<rootDir>/lib/$1',
  },
  globalSetup: '<rootDir>/test/setup-run.ts',
  globalTeardown: '<rootDir>/test/tear-down-run.ts',
  setupFiles: ['<rootDir>/test/setup-environment.ts'],
  snapshotFormat: { escapeString: false, printBasicPrototype: false },
  maxWorkers: 2,
  testTimeout: 60000,
};
