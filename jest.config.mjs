const compiled = (jsc) => [
  '@swc/jest',
  { jsc: { target: 'es2023', ...jsc }, module: { type: 'es6' }, sourceMaps: 'inline' },
];

export default {
  testEnvironment: 'node',
  // Most of the time the tests wait for servers and processes, not for the processor.
  maxWorkers: 2,
  // A limit for what hangs, not a measure of speed: a busy machine is several times slower.
  testTimeout: 300_000,
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': compiled({ parser: { syntax: 'typescript', decorators: false } }),
    '^.+\\.tsx$': compiled({
      parser: { syntax: 'typescript', tsx: true, decorators: false },
      transform: { react: { runtime: 'automatic', importSource: 'preact' } },
    }),
  },
};
