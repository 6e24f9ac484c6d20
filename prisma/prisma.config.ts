import { defineConfig } from 'prisma/config';

// The Prisma command line reads its own environment; the program itself reads it in src/config only.
export default defineConfig({
  schema: 'schema.prisma',
  migrations: { path: 'migrations' },
  datasource: { url: process.env['DATABASE_URL'] ?? '' },
});
